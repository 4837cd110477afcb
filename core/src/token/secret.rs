//! Bytes that must not leak: no `Debug`, no `Display`, no serialisation, wiped
//! when dropped.

use alloc::vec::Vec;

use zeroize::Zeroizing;

/// Secret bytes.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for whoever encrypts, stores or uses them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether the bytes look chosen by a person or are a repetition: fewer
    /// than ten different values. Random bytes of any key length have more.
    pub(super) fn looks_guessable(&self) -> bool {
        let mut seen = [false; 256];
        for byte in self.expose() {
            seen[usize::from(*byte)] = true;
        }
        seen.iter().filter(|seen| **seen).count() < 10
    }
}
