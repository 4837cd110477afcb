//! The core, linked for a machine that has no standard library at all.
//! On a target without an operating system this is a module with one export
//! and no import; elsewhere it is an ordinary library with an ordinary test,
//! so that what the module does is known to be right.
#![cfg_attr(target_os = "none", no_std)]

extern crate alloc;

#[cfg(feature = "uses-std")]
extern crate std;

use touchmark_core::time::Timestamp;
use touchmark_core::token::{
    AccessToken, Algorithm, CustomClaims, KeySet, Policy, SigningKey, verify,
};

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://api.example";

/// Mints a token with each algorithm that mints, verifies it, and sees it
/// refused once it has expired and once it was changed.
///
/// # Errors
/// Names the step that did not come out as it should.
pub fn prove() -> Result<(), &'static str> {
    for algorithm in [
        Algorithm::EdDsa,
        Algorithm::Es256,
        Algorithm::Hs256,
        Algorithm::Hs384,
        Algorithm::Hs512,
    ] {
        prove_with(algorithm)?;
    }
    Ok(())
}

fn prove_with(algorithm: Algorithm) -> Result<(), &'static str> {
    // Counting is no randomness, but any bytes make a key.
    let mut counting = |bytes: &mut [u8]| bytes.iter_mut().zip(1..).for_each(|(b, n)| *b = n);
    let key = SigningKey::generate(algorithm, &mut counting).map_err(|_| "no key was made")?;
    let now = Timestamp::from_seconds(1_767_607_200);
    let token = AccessToken {
        issuer: ISSUER,
        subject: "client-1",
        audience: &[AUDIENCE.into()],
        client_id: "client-1",
        issued: now,
        expires: now.plus_seconds(300),
        id: "4f1c",
        scope: Some("records:read"),
        custom: &CustomClaims::default(),
    }
    .mint(&key)
    .map_err(|_| "no token was minted")?;

    let keys: KeySet = [key.verifying_key().clone()].into_iter().collect();
    let policy = Policy::access_token(ISSUER, AUDIENCE).algorithms([algorithm]);
    let verified = verify(&token, &keys, &policy, now).map_err(|_| "a good token was refused")?;
    if verified.claims().subject() != Some("client-1") {
        return Err("a claim was lost");
    }
    if verify(&token, &keys, &policy, now.plus_seconds(300)).is_ok() {
        return Err("an expired token was accepted");
    }
    let (message, _) = token.rsplit_once('.').ok_or("a token has no signature")?;
    let forged = alloc::format!("{message}.{}", "A".repeat(token.len() - message.len() - 1));
    if verify(&forged, &keys, &policy, now).is_ok() {
        return Err("a forged token was accepted");
    }
    Ok(())
}

#[cfg(target_os = "none")]
mod bare {
    //! What the standard library would have brought: an allocator, an end
    //! for panics, and an entry.

    #[global_allocator]
    static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

    #[panic_handler]
    fn end(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }

    /// 1 if every step came out as it should, else 0.
    #[expect(unsafe_code, reason = "an export is what the module is linked for")]
    #[unsafe(no_mangle)]
    extern "C" fn prove() -> u32 {
        u32::from(super::prove().is_ok())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_the_bare_module_does_is_right() {
        assert_eq!(super::prove(), Ok(()));
    }
}
