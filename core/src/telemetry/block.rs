//! Samples of one series as text, for a store whose values are text.
//!
//! `b1` and then for each sample `;`, its distance in time to the sample before
//! and its value: `b1;mm1yk9s0,0.5;7ps,1;;2`. The distance counts milliseconds
//! in base 36 and ends with a comma; it is left out with its comma if it is the
//! same as before. The value is the shortest decimal that gives the same float
//! (`n`, `i` and `-i` for NaN and the infinities) and left out if it is the same
//! as before. A gauge read every minute takes one byte more than its digits; no
//! sample takes more than [`MAX_SAMPLE_BYTES`].

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use serde::{Deserialize, Serialize};

use super::Millis;
use super::source::Sample;

/// The most bytes that one sample adds to a block: a separator, a distance of
/// 14 bytes with its comma, and a value of 24.
pub const MAX_SAMPLE_BYTES: usize = 40;
/// How every block of this form starts.
const VERSION: &str = "b1";
const BASE: u32 = 36;

/// Samples of one series as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Block(String);

impl Block {
    /// Writes samples, which must be in rising order of time.
    ///
    /// All floats come back as they were, except that every NaN comes back as
    /// the same NaN.
    #[must_use]
    pub fn encode(samples: &[Sample]) -> Self {
        let mut text = String::from(VERSION);
        let mut previous = Step::START;
        for sample in samples {
            let distance = sample.at.wrapping_sub(previous.at);
            text.push(';');
            if Some(distance) != previous.distance {
                write_base36(&mut text, distance);
                text.push(',');
            }
            if Some(sample.value.to_bits()) != previous.bits {
                write_value(&mut text, sample.value);
            }
            previous = Step::at(sample, distance);
        }
        Self(text)
    }

    /// Reads the samples back.
    ///
    /// # Errors
    /// Returns the first thing that [`Block::encode`] would not have written.
    pub fn decode(&self) -> Result<Vec<Sample>, BlockError> {
        let rest = self.0.strip_prefix(VERSION).ok_or(BlockError::Version)?;
        let mut fields = rest.split(';');
        if fields.next() != Some("") {
            return Err(BlockError::Version);
        }
        let mut samples: Vec<Sample> = Vec::new();
        let mut previous = Step::START;
        for (index, field) in fields.enumerate() {
            let sample = previous.read(field).ok_or(BlockError::Sample(index))?;
            if samples.last().is_some_and(|last| last.at >= sample.at) {
                return Err(BlockError::Order(index));
            }
            samples.push(sample);
        }
        Ok(samples)
    }

    /// A block from the text that a store kept. It is checked when decoded.
    #[must_use]
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    /// The text to store: printable ASCII without quotes and backslashes.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// What a sample repeats of the one before.
struct Step {
    at: Millis,
    distance: Option<Millis>,
    bits: Option<u64>,
}

impl Step {
    const START: Self = Self {
        at: 0,
        distance: None,
        bits: None,
    };

    fn at(sample: &Sample, distance: Millis) -> Self {
        Self {
            at: sample.at,
            distance: Some(distance),
            bits: Some(sample.value.to_bits()),
        }
    }

    fn read(&mut self, field: &str) -> Option<Sample> {
        let (distance, value) = match field.split_once(',') {
            Some((distance, value)) => (read_base36(distance)?, value),
            None => (self.distance?, field),
        };
        let value = match value {
            "" => f64::from_bits(self.bits?),
            text => read_value(text)?,
        };
        let at = self.at.wrapping_add(distance);
        let sample = Sample { at, value };
        *self = Self::at(&sample, distance);
        Some(sample)
    }
}

fn write_base36(text: &mut String, number: i64) {
    if number < 0 {
        text.push('-');
    }
    let mut rest = number.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(rest % u64::from(BASE)).unwrap_or(0);
        digits.extend(char::from_digit(digit, BASE));
        rest /= u64::from(BASE);
        if rest == 0 {
            break;
        }
    }
    text.extend(digits.iter().rev());
}

fn read_base36(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    {
        return None;
    }
    i64::from_str_radix(text, BASE).ok()
}

fn write_value(text: &mut String, value: f64) {
    let written = match value {
        value if value.is_nan() => text.write_str("n"),
        f64::INFINITY => text.write_str("i"),
        f64::NEG_INFINITY => text.write_str("-i"),
        value => {
            // Sizes far from one are shorter with an exponent.
            let plain = alloc::format!("{value}");
            let exponent = alloc::format!("{value:e}");
            text.write_str(if exponent.len() < plain.len() {
                &exponent
            } else {
                &plain
            })
        }
    };
    debug_assert!(written.is_ok(), "a string takes any text");
}

fn read_value(text: &str) -> Option<f64> {
    match text {
        "n" => Some(f64::NAN),
        "i" => Some(f64::INFINITY),
        "-i" => Some(f64::NEG_INFINITY),
        _ => {
            let is_plain = |byte: u8| byte.is_ascii_digit() || b"-.e".contains(&byte);
            let value: f64 = text.parse().ok()?;
            (text.bytes().all(is_plain) && value.is_finite()).then_some(value)
        }
    }
}

/// Parts a series that is in order into periods of `length` milliseconds, which
/// start at the multiples of `length`: the start of each and its samples.
///
/// # Panics
/// Never: a length below one counts as one.
pub fn periods(samples: &[Sample], length: Millis) -> impl Iterator<Item = (Millis, &[Sample])> {
    let length = length.max(1);
    let start = move |sample: &Sample| sample.at.div_euclid(length).saturating_mul(length);
    samples
        .chunk_by(move |one, next| start(one) == start(next))
        .map(move |chunk| (start(&chunk[0]), chunk))
}

/// Why a text is not a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockError {
    /// It does not start as blocks start.
    Version,
    /// The sample with this index, counted from zero, is malformed.
    Sample(usize),
    /// The sample with this index is not later than the one before.
    Order(usize),
}

impl fmt::Display for BlockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version => f.write_str("not a block of samples"),
            Self::Sample(index) => write!(f, "sample {index} of the block is malformed"),
            Self::Order(index) => write!(f, "sample {index} of the block is not in order"),
        }
    }
}

impl core::error::Error for BlockError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn samples(pairs: &[(Millis, f64)]) -> Vec<Sample> {
        pairs
            .iter()
            .map(|&(at, value)| Sample { at, value })
            .collect()
    }

    #[test]
    fn regular_times_and_equal_values_take_no_room() {
        let block = Block::encode(&samples(&[
            (60_000, 0.5),
            (120_000, 0.5),
            (180_000, 0.5),
            (240_000, 1e300),
            (241_000, f64::NAN),
        ]));
        assert_eq!(block.text(), "b1;1aao,0.5;;;1e300;rs,n");
        assert_eq!(Block::encode(&[]).text(), "b1");
    }

    #[test]
    fn other_texts_are_refused_with_their_place() {
        for (text, error) in [
            ("", BlockError::Version),
            ("b2;1,1", BlockError::Version),
            ("b11,1", BlockError::Version),
            ("b1;", BlockError::Sample(0)),
            ("b1;5", BlockError::Sample(0)),
            ("b1;1,", BlockError::Sample(0)),
            ("b1;1,1;x", BlockError::Sample(1)),
            ("b1;1,1;;inf", BlockError::Sample(2)),
            ("b1;1,1;;1e999", BlockError::Sample(2)),
            ("b1;1,1;;+1", BlockError::Sample(2)),
            ("b1;+1,1", BlockError::Sample(0)),
            ("b1;A,1", BlockError::Sample(0)),
            ("b1;,1", BlockError::Sample(0)),
            ("b1;zzzzzzzzzzzzzzz,1", BlockError::Sample(0)),
            ("b1;5,1;0,1", BlockError::Order(1)),
            ("b1;5,1;-1,1", BlockError::Order(1)),
        ] {
            assert_eq!(Block::from_text(text.into()).decode(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_day_of_the_worst_samples_fits_into_a_value_of_a_store() {
        let worst = samples(&[
            (i64::MIN, -f64::MIN_POSITIVE),
            (i64::MAX, -1.234_567_890_123_456_7e-300),
        ]);
        let text = Block::encode(&worst);
        assert!(
            text.text().len() <= VERSION.len() + 2 * MAX_SAMPLE_BYTES,
            "{text:?}"
        );
        // One sample every ten seconds.
        const { assert!(24 * 360 * MAX_SAMPLE_BYTES < 1024 * 1024) };
    }

    #[test]
    fn a_series_is_parted_at_the_multiples_of_a_period() {
        let series = samples(&[(-1, 0.0), (0, 1.0), (9, 2.0), (10, 3.0), (35, 4.0)]);
        let parts: Vec<(Millis, usize)> = periods(&series, 10)
            .map(|(start, part)| (start, part.len()))
            .collect();
        assert_eq!(parts, [(-10, 1), (0, 2), (10, 1), (30, 1)]);
    }

    proptest! {
        #[test]
        fn samples_come_back_as_they_were(
            mut series in proptest::collection::vec((any::<i64>(), any::<f64>()), 0..40),
        ) {
            series.sort_by_key(|(at, _)| *at);
            series.dedup_by_key(|(at, _)| *at);
            let series = samples(&series);
            let block = Block::encode(&series);
            prop_assert!(block.text().len() <= VERSION.len() + series.len() * MAX_SAMPLE_BYTES);
            prop_assert!(block.text().bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte)));
            let back = block.decode().unwrap();
            prop_assert_eq!(back.len(), series.len());
            for (one, other) in back.iter().zip(&series) {
                prop_assert_eq!(one.at, other.at);
                let both_nan = one.value.is_nan() && other.value.is_nan();
                prop_assert!(both_nan || one.value.to_bits() == other.value.to_bits());
            }
        }

        #[test]
        fn any_text_is_decoded_or_refused(text in "b1[;,0-9a-z.-]{0,40}") {
            let _ = Block::from_text(text).decode();
        }
    }
}
