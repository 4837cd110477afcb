//! Opaque tokens: version 4 UUIDs with 122 bits that only the pepper gives.
//! The store keeps what a token is derived from and, to find its session, a
//! hash of it; neither is a token.

use crate::operation::Context;
use crate::record::{OpaqueToken, Secret};
use crate::store::{Key, Store};
use crate::time::Timestamp;
use alloc::string::ToString;
use base64ct::{Base64UrlUnpadded, Encoding};

/// Draws a token that lives for so many seconds.
pub(super) fn draw<S: Store>(lifetime: u32, context: &Context<'_, S>) -> OpaqueToken {
    OpaqueToken {
        nonce: context.nonce(),
        expires_at: context.now.plus_seconds(i64::from(lifetime)),
    }
}

/// The token itself.
pub(super) fn text<S: Store>(token: &OpaqueToken, context: &Context<'_, S>) -> Secret {
    let hash = context.deployment.pepper.hash("opaque token", &token.nonce);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    Secret::new(uuid.hyphenated().to_string())
}

/// Where the pointer to the session of a token is kept.
pub(super) fn key<S: Store>(text: &Secret, context: &Context<'_, S>) -> Key {
    let hash = context.deployment.pepper.hash("bearer", text.expose());
    Key::of("bearer", [Base64UrlUnpadded::encode_string(&hash)])
}

/// Whether the text is this token, in a time that does not tell how much of it
/// is right.
pub(super) fn is<S: Store>(text: &Secret, token: &OpaqueToken, context: &Context<'_, S>) -> bool {
    let own = self::text(token, context);
    crate::token::equal(own.expose().as_bytes(), text.expose().as_bytes())
}

/// Whether the token is still accepted.
pub(super) fn is_live(token: &OpaqueToken, now: Timestamp) -> bool {
    now < token.expires_at
}

/// Seconds that are left of a token.
pub(super) fn seconds_left(token: &OpaqueToken, now: Timestamp) -> u32 {
    u32::try_from((token.expires_at.millis() - now.millis()) / 1000).unwrap_or(0)
}
