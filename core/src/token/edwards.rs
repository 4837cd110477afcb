//! The rules for Ed25519 keys and signatures that can be told from the bytes.
//! They are kept here and not left to whoever checks the signature, because
//! implementations differ, and a token must be refused everywhere or nowhere.
//!
//! <https://www.rfc-editor.org/rfc/rfc8032#section-5.1.7>

/// Whether the bytes are the only encoding of a point that is not of small
/// order. Whether they are a point at all is left to the algorithm.
pub(super) fn is_sound_point(bytes: &[u8; 32]) -> bool {
    let mut y = *bytes;
    y[31] &= 0x7f;
    is_below(&y, &FIELD) && !SMALL_ORDER.contains(&y)
}

/// Whether a signature has a sound point and a reduced scalar.
pub(super) fn is_sound_signature(signature: &[u8; 64]) -> bool {
    match (signature.first_chunk(), signature.last_chunk()) {
        (Some(point), Some(scalar)) => is_sound_point(point) && is_below(scalar, &ORDER),
        _ => false,
    }
}

/// Whether a number is less than a bound, both little-endian. Keys' public
/// halves and signatures are no secrets, so that the time may vary.
fn is_below(number: &[u8; 32], bound: &[u8; 32]) -> bool {
    number.iter().rev().lt(bound.iter().rev())
}

/// 2^255 - 19.
const FIELD: [u8; 32] = {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xed;
    bytes[31] = 0x7f;
    bytes
};

/// The order of the base point, 2^252 + 27742317777372353535851937790883648493.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The canonical y of the eight points of small order: orders 4, 1, 2, and 8.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = FIELD;
        minus_one[0] -= 1;
        minus_one
    },
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

#[cfg(test)]
mod tests {
    use super::{FIELD, ORDER, SMALL_ORDER, is_sound_point, is_sound_signature};

    /// The encoding of the base point, whose y is 4/5.
    const BASE: [u8; 32] = {
        let mut bytes = [0x66; 32];
        bytes[0] = 0x58;
        bytes
    };

    fn signature(scalar: [u8; 32]) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&BASE);
        bytes[32..].copy_from_slice(&scalar);
        bytes
    }

    #[test]
    fn points_of_small_order_are_refused_with_either_sign() {
        assert!(is_sound_point(&BASE));
        for mut point in SMALL_ORDER {
            assert!(!is_sound_point(&point));
            point[31] |= 0x80;
            assert!(!is_sound_point(&point));
        }
    }

    #[test]
    fn points_that_are_not_reduced_are_refused() {
        for excess in 0..19 {
            let mut point = FIELD;
            point[0] += excess;
            assert!(!is_sound_point(&point));
        }
        let mut largest = FIELD;
        largest[0] -= 2;
        assert!(is_sound_point(&largest));
    }

    #[test]
    fn scalars_that_are_not_reduced_are_refused() {
        let mut largest = ORDER;
        largest[0] -= 1;
        assert!(is_sound_signature(&signature(largest)));
        assert!(is_sound_signature(&signature([0; 32])));
        assert!(!is_sound_signature(&signature(ORDER)));
        let mut larger = [0; 32];
        larger[31] = 0x20;
        assert!(!is_sound_signature(&signature(larger)));
        assert!(!is_sound_signature(&signature([0xff; 32])));
    }

    #[test]
    fn signatures_with_an_unsound_point_are_refused() {
        let mut bytes = signature([0; 32]);
        bytes[..32].copy_from_slice(&SMALL_ORDER[1]);
        assert!(!is_sound_signature(&bytes));
    }
}
