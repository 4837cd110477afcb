//! The Prometheus text format, version 0.0.4: samples and what is said about
//! metrics. A body is taken whole or refused with the number of the line.
//!
//! Stricter than a scraper has to be: a body must end with a line feed, since
//! one that lost its end might else be read as other numbers; a sample must not
//! come twice; labels that start with `__` are refused. Unlike in a scrape, a
//! series may have several samples at different times.
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>

mod line;
mod problem;
#[cfg(test)]
mod tests;

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

pub use problem::{ExpositionError, LineProblem};

use super::Millis;
use super::catalogue::{Description, Metadata, MetricKind};
use super::labels::Labels;
use super::source::{Sample, Samples};
use line::{Comment, Line, SampleLine};

/// How much a body may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of the body.
    pub bytes: usize,
    /// The most samples of the body.
    pub samples: usize,
    /// The most labels of a series, its name included.
    pub labels: usize,
    /// The most bytes of the name of a metric or a label.
    pub name_bytes: usize,
    /// The most bytes of the value of a label.
    pub value_bytes: usize,
    /// The most bytes of a help text.
    pub help_bytes: usize,
    /// The first point in time that a sample may have.
    pub oldest: Millis,
    /// The last point in time that a sample may have.
    pub newest: Millis,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 * 1024 * 1024,
            samples: 50_000,
            labels: 32,
            name_bytes: 256,
            value_bytes: 1024,
            help_bytes: 4096,
            oldest: 0,
            // The end of the year 9999.
            newest: 253_402_300_799_999,
        }
    }
}

/// What a body says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exposition {
    /// The samples of each series.
    pub samples: Samples,
    /// What is said about metrics, by the name of the metric.
    pub metadata: Metadata,
}

/// Reads a body. Samples without a time get `now`.
///
/// # Errors
/// Returns the first line that cannot be taken, and why.
pub fn read(body: &[u8], now: Millis, limits: &Limits) -> Result<Exposition, ExpositionError> {
    if body.len() > limits.bytes {
        let lines = body[..limits.bytes]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        return Err(LineProblem::BodyTooLong(limits.bytes).at(lines + 1));
    }
    let mut reader = Reader {
        now,
        limits,
        series: BTreeMap::new(),
        count: 0,
        names: BTreeSet::new(),
        kinds: BTreeMap::new(),
        helps: BTreeMap::new(),
    };
    let mut rest = body;
    let mut number = 0;
    while !rest.is_empty() {
        number += 1;
        let end = rest.iter().position(|byte| *byte == b'\n');
        let end = end.ok_or_else(|| LineProblem::NoLineFeed.at(number))?;
        reader
            .take(&rest[..end])
            .map_err(|problem| problem.at(number))?;
        rest = &rest[end + 1..];
    }
    Ok(reader.finish())
}

struct Reader<'l> {
    now: Millis,
    limits: &'l Limits,
    series: BTreeMap<Labels, BTreeMap<Millis, f64>>,
    count: usize,
    /// The metrics that samples were seen of.
    names: BTreeSet<String>,
    kinds: BTreeMap<String, MetricKind>,
    helps: BTreeMap<String, String>,
}

impl Reader<'_> {
    fn take(&mut self, line: &[u8]) -> Result<(), LineProblem> {
        let text = core::str::from_utf8(line).map_err(|_| LineProblem::NotUtf8)?;
        match Line::read(text)? {
            Line::Blank => Ok(()),
            Line::Comment(Comment::Help { metric, text }) => {
                self.check_name(metric)?;
                if text.len() > self.limits.help_bytes {
                    return Err(LineProblem::HelpTooLong(self.limits.help_bytes));
                }
                match self.helps.insert(metric.to_owned(), text) {
                    Some(_) => Err(LineProblem::SecondHelp(metric.to_owned())),
                    None => Ok(()),
                }
            }
            Line::Comment(Comment::Type { metric, kind }) => {
                self.check_name(metric)?;
                if self.names.contains(metric) {
                    return Err(LineProblem::LateType(metric.to_owned()));
                }
                match self.kinds.insert(metric.to_owned(), kind) {
                    Some(_) => Err(LineProblem::SecondType(metric.to_owned())),
                    None => Ok(()),
                }
            }
            Line::Sample(sample) => self.take_sample(&sample),
        }
    }

    fn take_sample(&mut self, line: &SampleLine<'_>) -> Result<(), LineProblem> {
        self.check_name(line.metric)?;
        self.count += 1;
        if self.count > self.limits.samples {
            return Err(LineProblem::TooManySamples(self.limits.samples));
        }
        // The name of the metric is a label, too.
        if line.labels.len() + 1 > self.limits.labels {
            return Err(LineProblem::TooManyLabels(self.limits.labels));
        }
        for (name, value) in &line.labels {
            self.check_name(name)?;
            if value.len() > self.limits.value_bytes {
                return Err(LineProblem::ValueTooLong(self.limits.value_bytes));
            }
        }
        let at = line.at.unwrap_or(self.now);
        if !(self.limits.oldest..=self.limits.newest).contains(&at) {
            return Err(LineProblem::TimeOutOfBounds(at));
        }
        let pairs = line
            .labels
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let labels = Labels::of(pairs.chain([(super::METRIC_NAME, line.metric)]));
        if !self.names.contains(line.metric) {
            self.names.insert(line.metric.to_owned());
        }
        let samples = self.series.entry(labels).or_default();
        match samples.insert(at, line.value) {
            Some(_) => Err(LineProblem::SecondSample(at)),
            None => Ok(()),
        }
    }

    fn check_name(&self, name: &str) -> Result<(), LineProblem> {
        if name.len() > self.limits.name_bytes {
            return Err(LineProblem::NameTooLong(self.limits.name_bytes));
        }
        Ok(())
    }

    fn finish(self) -> Exposition {
        let mut exposition = Exposition::default();
        for (labels, samples) in self.series {
            let samples = samples.into_iter().map(|(at, value)| Sample { at, value });
            exposition.samples.add(labels, &samples.collect::<Vec<_>>());
        }
        for (metric, kind) in self.kinds {
            exposition.metadata.insert(
                metric,
                Description {
                    kind,
                    ..Description::default()
                },
            );
        }
        for (metric, help) in self.helps {
            exposition.metadata.entry(metric).or_default().help = help;
        }
        exposition
    }
}
