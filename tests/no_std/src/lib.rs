//! The core, linked for a machine that has no standard library at all.
//! On a target without an operating system this is a module with one export
//! and no import; elsewhere it is an ordinary library with an ordinary test,
//! so that what the module does is known to be right.
#![cfg_attr(target_os = "none", no_std)]

extern crate alloc;

#[cfg(feature = "uses-std")]
extern crate std;

use touchmark_core::json;

/// Reads JSON and says whether every step came out as it should.
///
/// # Errors
/// Names the step that did not.
pub fn prove() -> Result<(), &'static str> {
    let limits = json::Limits::SMALL;
    json::read(br#"{"iss":"a","iss":"b"}"#, &limits)
        .err()
        .map(drop)
        .ok_or("a duplicate member was accepted")
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
