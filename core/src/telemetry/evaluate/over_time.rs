//! Functions of the samples of one series in an interval: rates with their
//! extrapolation, and what ends in `_over_time`.
//! <https://prometheus.io/docs/prometheus/latest/querying/functions/#rate>

use alloc::vec::Vec;

use super::math::{Sum, greater, lesser, quantile};
use super::{Element, Evaluated, Evaluator, Windows};
use crate::telemetry::Millis;
use crate::telemetry::error::Execution;
use crate::telemetry::promql::{Expression, OverTime};
use crate::telemetry::source::Sample;

/// The interval that samples are from, and when they are looked at.
#[derive(Debug, Clone, Copy)]
struct Interval {
    start: Millis,
    end: Millis,
    now: Millis,
}

impl Evaluator<'_> {
    /// Computes such a function for every series.
    pub(super) fn over_time(
        &mut self,
        node: usize,
        function: OverTime,
        arguments: &[Expression],
        at: Millis,
    ) -> Evaluated<Vec<Element>> {
        // Of the arguments only `quantile_over_time` has the samples second.
        let samples_at = usize::from(function == OverTime::Quantile);
        let mut numbers = [f64::NAN; 2];
        let others = arguments
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != samples_at);
        for (slot, (_, argument)) in numbers.iter_mut().zip(others) {
            *slot = self.scalar(argument, at)?;
        }
        let Some(samples) = arguments.get(samples_at) else {
            return Ok(Vec::new());
        };
        let Windows { start, end, series } = self.windows(samples, at)?;
        let interval = Interval {
            start,
            end,
            now: at,
        };
        let mut elements = Vec::with_capacity(series.len());
        for window in series {
            self.budget().work(window.samples.len())?;
            let Some(value) = compute(function, &window.samples, interval, numbers)? else {
                continue;
            };
            let series = match function {
                OverTime::Last => window.series,
                _ => self.renamed(node, window.series)?,
            };
            elements.push(Element { series, value });
        }
        Ok(elements)
    }
}

/// The value of one series, if it has enough samples.
fn compute(
    function: OverTime,
    samples: &[Sample],
    interval: Interval,
    [first, second]: [f64; 2],
) -> Evaluated<Option<f64>> {
    let values = || samples.iter().map(|sample| sample.value);
    let count = samples.len() as f64;
    Ok(match function {
        OverTime::Count => Some(count),
        OverTime::Present => Some(1.0),
        OverTime::Last => values().next_back(),
        OverTime::Sum => Some(values().collect::<Sum>().total()),
        OverTime::Avg => Some(average(values())),
        OverTime::Min => values().reduce(lesser),
        OverTime::Max => values().reduce(greater),
        OverTime::Stdvar => Some(variance(values())),
        OverTime::Stddev => Some(libm::sqrt(variance(values()))),
        OverTime::Quantile => Some(quantile(first, values().collect())),
        OverTime::Changes => Some(count_pairs(samples, |one, next| {
            one != next && !(one.is_nan() && next.is_nan())
        })),
        OverTime::Resets => Some(count_pairs(samples, |one, next| next < one)),
        OverTime::Delta => extrapolated(samples, interval, Growth::Any),
        OverTime::Increase => extrapolated(samples, interval, Growth::Counter),
        OverTime::Rate => {
            let seconds = (interval.end - interval.start) as f64 / 1000.0;
            extrapolation(samples, interval, Growth::Counter)
                .map(|(change, factor)| change * (factor / seconds))
        }
        OverTime::Idelta => last_two(samples).map(|(one, next)| next.value - one.value),
        OverTime::Irate => last_two(samples).map(|(one, next)| {
            let is_reset = next.value < one.value;
            let change = if is_reset {
                next.value
            } else {
                next.value - one.value
            };
            change / ((next.at - one.at) as f64 / 1000.0)
        }),
        OverTime::Deriv => {
            let start = samples.first().map_or(0, |sample| sample.at);
            regression(samples, start).map(|line| line.slope)
        }
        OverTime::PredictLinear => {
            regression(samples, interval.now).map(|line| line.slope * first + line.intercept)
        }
        OverTime::HoltWinters => smoothed(samples, first, second)?,
    })
}

fn count_pairs(samples: &[Sample], counts: impl Fn(f64, f64) -> bool) -> f64 {
    let pairs = samples
        .windows(2)
        .filter(|pair| counts(pair[0].value, pair[1].value));
    pairs.count() as f64
}

fn last_two(samples: &[Sample]) -> Option<(Sample, Sample)> {
    match samples {
        [.., one, next] => Some((*one, *next)),
        _ => None,
    }
}

/// Whether a fall of the value is a reset of a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Growth {
    Counter,
    Any,
}

fn extrapolated(samples: &[Sample], interval: Interval, growth: Growth) -> Option<f64> {
    extrapolation(samples, interval, growth).map(|(change, factor)| change * factor)
}

/// The change between the first and the last sample, and the factor that makes
/// up for the parts of the interval before and after them.
fn extrapolation(samples: &[Sample], interval: Interval, growth: Growth) -> Option<(f64, f64)> {
    let [first, .., last] = samples else {
        return None;
    };
    let mut change = last.value - first.value;
    if growth == Growth::Counter {
        let mut previous = 0.0;
        for sample in samples {
            if sample.value < previous {
                change += previous;
            }
            previous = sample.value;
        }
    }
    let mut to_start = (first.at - interval.start) as f64 / 1000.0;
    let to_end = (interval.end - last.at) as f64 / 1000.0;
    let sampled = (last.at - first.at) as f64 / 1000.0;
    let average = sampled / (samples.len() - 1) as f64;
    if growth == Growth::Counter && change > 0.0 && first.value >= 0.0 {
        // A counter cannot have been below zero.
        let to_zero = sampled * (first.value / change);
        if to_zero < to_start {
            to_start = to_zero;
        }
    }
    // A series that starts or ends far from the bound is taken to go on for
    // half a distance of samples.
    let threshold = average * 1.1;
    let mut covered = sampled;
    covered += if to_start < threshold {
        to_start
    } else {
        average / 2.0
    };
    covered += if to_end < threshold {
        to_end
    } else {
        average / 2.0
    };
    Some((change, covered / sampled))
}

/// The mean, computed step by step so that it cannot overflow.
fn average(values: impl Iterator<Item = f64>) -> f64 {
    let mut mean = Sum::default();
    let mut count = 0.0;
    for value in values {
        count += 1.0;
        let so_far = mean.uncorrected();
        if so_far.is_infinite() {
            let is_same = value.is_infinite() && (so_far > 0.0) == (value > 0.0);
            if is_same || value.is_finite() {
                continue;
            }
        }
        mean.add(value / count - so_far / count);
    }
    mean.total()
}

fn variance(values: impl Iterator<Item = f64>) -> f64 {
    let mut count = 0.0;
    let mut mean = Sum::default();
    let mut squares = Sum::default();
    for value in values {
        count += 1.0;
        let delta = value - mean.corrected();
        mean.add(delta / count);
        squares.add(delta * (value - mean.corrected()));
    }
    squares.corrected() / count
}

/// A line through samples.
struct Line {
    slope: f64,
    intercept: f64,
}

/// The line with the least squares, where `origin` is the zero of time.
fn regression(samples: &[Sample], origin: Millis) -> Option<Line> {
    let [first, _, ..] = samples else {
        return None;
    };
    if samples.iter().all(|sample| sample.value == first.value) {
        let is_finite = !first.value.is_infinite();
        return Some(Line {
            slope: if is_finite { 0.0 } else { f64::NAN },
            intercept: if is_finite { first.value } else { f64::NAN },
        });
    }
    let (mut x, mut y) = (Sum::default(), Sum::default());
    let (mut xy, mut x2) = (Sum::default(), Sum::default());
    for sample in samples {
        let seconds = sample.at.saturating_sub(origin) as f64 / 1000.0;
        x.add(seconds);
        y.add(sample.value);
        xy.add(seconds * sample.value);
        x2.add(seconds * seconds);
    }
    let n = samples.len() as f64;
    let (x, y) = (x.corrected(), y.corrected());
    let covariance = xy.corrected() - x * y / n;
    let slope = covariance / (x2.corrected() - x * x / n);
    Some(Line {
        slope,
        intercept: y / n - slope * x / n,
    })
}

/// Double exponential smoothing.
fn smoothed(samples: &[Sample], smoothing: f64, trend: f64) -> Evaluated<Option<f64>> {
    // Prometheus lets NaN through.
    if smoothing <= 0.0 || smoothing >= 1.0 {
        return Err(Execution::SmoothingFactor(smoothing).into());
    }
    if trend <= 0.0 || trend >= 1.0 {
        return Err(Execution::TrendFactor(trend).into());
    }
    let [first, second, ..] = samples else {
        return Ok(None);
    };
    let mut previous = 0.0;
    let mut current = first.value;
    let mut slope = second.value - first.value;
    for (index, sample) in samples[1..].iter().enumerate() {
        if index > 0 {
            slope = trend * (current - previous) + (1.0 - trend) * slope;
        }
        let next = smoothing * sample.value + (1.0 - smoothing) * (current + slope);
        (previous, current) = (current, next);
    }
    Ok(Some(current))
}
