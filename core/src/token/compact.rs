//! The compact form: three segments of base64url, read under size limits
//! before anything else is done with a token.
//!
//! <https://www.rfc-editor.org/rfc/rfc7515#section-7.1>

use alloc::vec::Vec;

use super::base64url;
use super::error::{Part, TokenError};
use super::policy::Limits;
use crate::json::{self, ErrorKind, Members};

/// A token taken apart. Nothing in it is to be believed.
pub(super) struct Compact<'t> {
    pub(super) header: &'t [u8],
    pub(super) payload: &'t [u8],
    pub(super) signature: &'t [u8],
    /// Header, dot and payload.
    pub(super) message: &'t [u8],
}

impl<'t> Compact<'t> {
    pub(super) fn read(token: &'t [u8], limits: &Limits) -> Result<Self, TokenError> {
        if token.len() > limits.token {
            return Err(TokenError::TooLarge(Part::Token));
        }
        str::from_utf8(token).map_err(|_| TokenError::BadBase64Url(Part::Token))?;
        let mut segments = token.split(|byte| *byte == b'.');
        let parts = (segments.next(), segments.next(), segments.next());
        let (Some(header), Some(payload), Some(signature)) = parts else {
            return Err(TokenError::NotThreeSegments);
        };
        match segments.count() {
            0 => {}
            2 => return Err(TokenError::Encrypted),
            _ => return Err(TokenError::NotThreeSegments),
        }
        if header.len() > limits.header {
            return Err(TokenError::TooLarge(Part::Header));
        }
        if payload.len() > limits.payload {
            return Err(TokenError::TooLarge(Part::Payload));
        }
        if signature.len() > LONGEST_SIGNATURE {
            return Err(TokenError::TooLarge(Part::Signature));
        }
        let message = &token[..header.len() + 1 + payload.len()];
        Ok(Self {
            header,
            payload,
            signature,
            message,
        })
    }
}

/// The bytes of a segment.
pub(super) fn decode(segment: &[u8], part: Part) -> Result<Vec<u8>, TokenError> {
    base64url::decode(segment).ok_or(TokenError::BadBase64Url(part))
}

/// The members of the JSON object in the bytes of a segment: arrays among them
/// with their items, nothing that lies deeper.
pub(super) fn members<'t>(
    bytes: &'t [u8],
    part: Part,
    limits: &Limits,
) -> Result<Members<'t>, TokenError> {
    let seen = json::glance(bytes, &json_limits(limits), 2);
    let seen = seen.map_err(|error| refusal(&error, part))?;
    seen.into_members().ok_or(TokenError::NotAnObject(part))
}

fn json_limits(limits: &Limits) -> json::Limits {
    json::Limits::new(limits.token, limits.depth)
}

fn refusal(error: &json::Error, part: Part) -> TokenError {
    match error.kind() {
        ErrorKind::DuplicateMember => TokenError::DuplicateMember(part),
        ErrorKind::TooDeep => TokenError::JsonTooDeep(part),
        _ => TokenError::BadJson(part),
    }
}

/// A signature of RSA with 4096 bits in base64url.
const LONGEST_SIGNATURE: usize = 683;
