//! Functions that change labels: `label_replace` and `label_join`.
//! <https://prometheus.io/docs/prometheus/latest/querying/functions/#label_replace>

use alloc::string::String;
use alloc::vec::Vec;

use super::{Element, Evaluated, Evaluator, distinct};
use crate::telemetry::error::Execution;
use crate::telemetry::labels::is_label_name;
use crate::telemetry::pattern::Pattern;

impl Evaluator<'_> {
    /// Sets a label to what a template makes of another one, where that
    /// matches. The texts are the label to set, the template, the label to read
    /// and the regular expression.
    pub(super) fn replace(
        &mut self,
        node: usize,
        elements: Vec<Element>,
        texts: &[String],
    ) -> Evaluated<Vec<Element>> {
        let [destination, template, source, pattern] = texts else {
            return Ok(elements);
        };
        let pattern = self.pattern(node, pattern)?;
        check_destination("label_replace", destination)?;
        let mut replaced = Vec::with_capacity(elements.len());
        for mut element in elements {
            let value = element.labels.value(source);
            self.budget().work(pattern.cost(value) / STEPS_PER_UNIT)?;
            if let Some(value) = pattern.expand(value, template) {
                element.labels = element.labels.with(destination, &value);
            }
            replaced.push(element);
        }
        distinct(replaced)
    }

    /// The expression of a node, compiled once for all steps of a query.
    fn pattern(&mut self, node: usize, source: &str) -> Evaluated<Pattern> {
        if let Some(known) = self.patterns.get(&node) {
            return Ok(known.clone());
        }
        let Ok(pattern) = Pattern::compile(source) else {
            return Err(Execution::Pattern(source.into()).into());
        };
        self.patterns.insert(node, pattern.clone());
        Ok(pattern)
    }
}

/// How many steps of an automaton are a unit of work.
const STEPS_PER_UNIT: usize = 8;

/// Sets a label to the values of others with a separator between them. The
/// texts are the label to set, the separator, and the labels to read.
pub(super) fn join(elements: Vec<Element>, texts: &[String]) -> Evaluated<Vec<Element>> {
    let [destination, separator, sources @ ..] = texts else {
        return Ok(elements);
    };
    if let Some(source) = sources.iter().find(|source| !is_label_name(source)) {
        return Err(Execution::Source(source.clone()).into());
    }
    check_destination("label_join", destination)?;
    let joined = elements.into_iter().map(|element| {
        let values: Vec<&str> = sources
            .iter()
            .map(|source| element.labels.value(source))
            .collect();
        Element {
            labels: element.labels.with(destination, &values.join(separator)),
            ..element
        }
    });
    distinct(joined.collect())
}

fn check_destination(function: &'static str, name: &str) -> Evaluated<()> {
    if is_label_name(name) {
        return Ok(());
    }
    Err(Execution::Destination(function, name.into()).into())
}
