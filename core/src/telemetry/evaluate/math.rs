//! Numbers: sums that keep what rounding loses, quantiles, and functions of one
//! or two floats. Libraries differ in the last digit of roots and logarithms,
//! and so may the results here from those of Prometheus.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::telemetry::promql::Math;

/// A sum that carries along what each addition lost (Kahan, Neumaier).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub(super) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.lost += if self.sum.abs() >= value.abs() {
            (self.sum - sum) + value
        } else {
            (value - sum) + self.sum
        };
        self.sum = sum;
    }

    /// The sum as plain additions give it.
    pub(super) fn uncorrected(self) -> f64 {
        self.sum
    }

    pub(super) fn corrected(self) -> f64 {
        self.sum + self.lost
    }

    /// The corrected sum, unless it is infinite, where nothing was lost.
    pub(super) fn total(self) -> f64 {
        if self.sum.is_infinite() {
            self.sum
        } else {
            self.corrected()
        }
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut sum = Self::default();
        for value in values {
            sum.add(value);
        }
        sum
    }
}

/// Rising order with NaN first.
pub(super) fn nan_first(one: f64, other: f64) -> Ordering {
    match (one.is_nan(), other.is_nan()) {
        (false, false) => one.partial_cmp(&other).unwrap_or(Ordering::Equal),
        (is_nan, other_is_nan) => other_is_nan.cmp(&is_nan),
    }
}

/// The value below which a part of the values lies, between two of them in
/// proportion.
pub(super) fn quantile(part: f64, mut values: Vec<f64>) -> f64 {
    if values.is_empty() || part.is_nan() {
        return f64::NAN;
    }
    if part < 0.0 {
        return f64::NEG_INFINITY;
    }
    if part > 1.0 {
        return f64::INFINITY;
    }
    values.sort_by(|one, other| nan_first(*one, *other));
    let last = values.len() - 1;
    let rank = part * last as f64;
    let floor = libm::floor(rank);
    // The part is at most one, so the floor is an index.
    let lower = (floor as usize).min(last);
    let upper = (lower + 1).min(last);
    let weight = rank - floor;
    values[lower] * (1.0 - weight) + values[upper] * weight
}

/// The lesser of two; NaN only if both are.
pub(super) fn lesser(one: f64, other: f64) -> f64 {
    if other < one || one.is_nan() {
        other
    } else {
        one
    }
}

/// The greater of two; NaN only if both are.
pub(super) fn greater(one: f64, other: f64) -> f64 {
    if other > one || one.is_nan() {
        other
    } else {
        one
    }
}

/// The greater of two, where NaN wins.
pub(super) fn max(one: f64, other: f64) -> f64 {
    if one.is_nan() || other.is_nan() {
        return if one == f64::INFINITY || other == f64::INFINITY {
            f64::INFINITY
        } else {
            f64::NAN
        };
    }
    one.max(other)
}

/// The lesser of two, where NaN wins.
pub(super) fn min(one: f64, other: f64) -> f64 {
    -max(-one, -other)
}

/// A function of one float.
pub(super) fn apply(function: Math, value: f64) -> f64 {
    use core::f64::consts::PI;
    match function {
        Math::Abs => value.abs(),
        Math::Acos => libm::acos(value),
        // The library misses that there is none below one.
        Math::Acosh if value < 1.0 => f64::NAN,
        Math::Acosh => libm::acosh(value),
        Math::Asin => libm::asin(value),
        Math::Asinh => libm::asinh(value),
        Math::Atan => libm::atan(value),
        Math::Atanh => libm::atanh(value),
        Math::Ceil => libm::ceil(value),
        Math::Cos => libm::cos(value),
        Math::Cosh => libm::cosh(value),
        Math::Deg => value * 180.0 / PI,
        Math::Exp => libm::exp(value),
        Math::Floor => libm::floor(value),
        Math::Ln => libm::log(value),
        Math::Log10 => libm::log10(value),
        Math::Log2 => libm::log2(value),
        Math::Rad => value * PI / 180.0,
        Math::Sgn if value < 0.0 => -1.0,
        Math::Sgn if value > 0.0 => 1.0,
        Math::Sgn => value,
        Math::Sin => libm::sin(value),
        Math::Sinh => libm::sinh(value),
        Math::Sqrt => libm::sqrt(value),
        Math::Tan => libm::tan(value),
        Math::Tanh => libm::tanh(value),
    }
}
