//! Three hours of samples with what makes queries differ: counters with
//! resets, gaps longer than the lookback, series that start late and end early,
//! times with fractions, and values that are not finite.

use touchmark_core::telemetry::{Labels, Sample, Samples};

use crate::generate::Dice;

/// The first point in time, in seconds.
pub(crate) const START: i64 = 1_700_000_000;
/// How many seconds the samples cover.
pub(crate) const LENGTH: i64 = 3 * 3600;

/// All samples.
pub(crate) fn all() -> Samples {
    let mut dice = Dice::new(7);
    let mut samples = Samples::default();
    for (index, (uuid, dc)) in [
        ("a", "fra"),
        ("b", "fra"),
        ("c", "txl"),
        ("d", "txl"),
        ("e", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let labels = |name: &str| Labels::of([("__name__", name), ("dc", dc), ("uuid", uuid)]);
        let late = index as i64 * 700;
        let gauge = times(&mut dice, late, 30, 10).map(|at| (at, None));
        let gauge: Vec<Sample> = gauge
            .map(|(at, _): (i64, Option<()>)| sample(at, wave(at, index)))
            .collect();
        samples.add(labels("instance_cpu_utilization_average"), &gauge);
        samples.add(labels("net_in_bytes"), &counter(&mut dice, late, 30));
        samples.add(labels("net_out_bytes"), &counter(&mut dice, 0, 60));
        samples.add(
            labels("sparse"),
            &spread(&mut dice, 420, |dice| dice.below(9) as f64 - 4.0),
        );
        let name = format!("vm-{uuid}");
        let info = Labels::of([("__name__", "info"), ("uuid", uuid), ("name", &name)]);
        samples.add(info, &spread(&mut dice, 120, |_| 1.0));
        for le in ["0.1", "0.5", "1", "5", "+Inf"] {
            let bound: f64 = le.parse().expect("a bound is a float");
            let bucket = Labels::of([("__name__", "req_bucket"), ("uuid", uuid), ("le", le)]);
            // Different for each, so that no two quantiles are equal.
            let bound = bound.min(20.0);
            let growth = (bound * (7.0 + index as f64 * bound)).ceil();
            let counts = (0..LENGTH / 60).map(|step| {
                let at = (START + step * 60) * 1000;
                sample(at, (step as f64 * growth / 3.0).floor())
            });
            samples.add(bucket, &counts.collect::<Vec<_>>());
        }
    }
    let odd = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        1e300,
        -1e-300,
        1e21,
        1e-7,
        0.1,
        42.0,
    ];
    for kind in ["x", "y", "z"] {
        let labels = Labels::of([("__name__", "odd"), ("kind", kind)]);
        samples.add(
            labels,
            &spread(&mut dice, 60, |dice| odd[dice.below(odd.len())]),
        );
    }
    for (kind, value) in [("x", 3.0), ("y", 3.0), ("z", 5.0), ("w", 3.0)] {
        let labels = Labels::of([("__name__", "even"), ("kind", kind)]);
        samples.add(labels, &spread(&mut dice, 60, |_| value));
    }
    samples
}

/// Every now and then, with the exact fractions that floats have.
fn times(dice: &mut Dice, late: i64, every: i64, gaps: usize) -> impl Iterator<Item = i64> + use<> {
    let mut at = START + late;
    let mut times = Vec::new();
    while at < START + LENGTH {
        // Now and then nothing comes for nine minutes.
        at += if dice.below(60) < gaps / 10 {
            540
        } else {
            every
        };
        times.push(at * 1000 + [0, 250, 500, 750][dice.below(4)]);
    }
    times.into_iter()
}

fn spread(dice: &mut Dice, every: i64, value: impl Fn(&mut Dice) -> f64) -> Vec<Sample> {
    let times: Vec<i64> = times(dice, 0, every, 10).collect();
    times
        .into_iter()
        .map(|at| sample(at, value(dice)))
        .collect()
}

fn counter(dice: &mut Dice, late: i64, every: i64) -> Vec<Sample> {
    let mut total = dice.below(5) as f64;
    let times: Vec<i64> = times(dice, late, every, 10).collect();
    let count = times.into_iter().map(|at| {
        total += dice.below(2000) as f64 / 4.0;
        if dice.below(50) == 0 {
            total = dice.below(3) as f64;
        }
        sample(at, total)
    });
    count.collect()
}

/// A curve between 0 and 100 without functions that libraries round differently.
fn wave(at: i64, index: usize) -> f64 {
    let phase = (at / 1000 + 300 * index as i64) % 1800;
    let rising = phase.min(1800 - phase) as f64 / 9.0;
    (rising * 1.37 + index as f64 * 3.3) % 100.0
}

fn sample(at: i64, value: f64) -> Sample {
    Sample { at, value }
}

/// The samples in the OpenMetrics format, which `promtool` takes.
pub(crate) fn write_open_metrics(samples: &Samples) -> String {
    use core::fmt::Write;
    let mut text = String::new();
    for (labels, series) in samples.iter() {
        let pairs: Vec<String> = labels
            .iter()
            .filter(|label| label.name() != "__name__")
            .map(|label| format!("{}=\"{}\"", label.name(), label.value()))
            .collect();
        for sample in series {
            let value = match sample.value {
                value if value.is_nan() => "NaN".to_owned(),
                f64::INFINITY => "+Inf".to_owned(),
                f64::NEG_INFINITY => "-Inf".to_owned(),
                value => format!("{value:e}"),
            };
            let seconds = sample.at as f64 / 1000.0;
            writeln!(
                text,
                "{}{{{}}} {value} {seconds}",
                labels.metric_name(),
                pairs.join(",")
            )
            .expect("a string takes any text");
        }
    }
    text.push_str("# EOF\n");
    text
}
