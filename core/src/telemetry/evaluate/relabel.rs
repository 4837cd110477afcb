//! Functions that change labels: `label_replace` and `label_join`.
//! <https://prometheus.io/docs/prometheus/latest/querying/functions/#label_replace>

use alloc::string::String;
use alloc::vec::Vec;

use super::{Element, Evaluated, Evaluator, Purpose, distinct};
use crate::telemetry::budget::Budget;
use crate::telemetry::error::Execution;
use crate::telemetry::labels::{Labels, is_label_name};
use crate::telemetry::pattern::Pattern;

impl Evaluator<'_> {
    /// Sets a label to what a template makes of another one, where that
    /// matches. The texts are the label to set, the template, the label to read
    /// and the regular expression.
    pub(super) fn replace(
        &mut self,
        node: usize,
        mut elements: Vec<Element>,
        texts: &[String],
    ) -> Evaluated<Vec<Element>> {
        let [destination, template, source, pattern] = texts else {
            return Ok(elements);
        };
        let pattern = self.pattern(node, pattern)?;
        check_destination("label_replace", destination)?;
        for element in &mut elements {
            let replaced = |labels: &Labels, budget: &mut Budget| {
                let value = labels.value(source);
                budget.work(pattern.cost(value))?;
                // Every `$` may stand for the whole value.
                let groups = template.matches('$').count();
                check_length(template.len() + groups.saturating_mul(value.len()))?;
                Ok(match pattern.expand(value, template) {
                    Some(value) => labels.with(destination, &value),
                    None => labels.clone(),
                })
            };
            element.series = self.make(node, Purpose::Outcome, element.series, replaced)?;
        }
        distinct(elements)
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

    /// Sets a label to the values of others with a separator between them. The
    /// texts are the label to set, the separator, and the labels to read.
    pub(super) fn join(
        &mut self,
        node: usize,
        mut elements: Vec<Element>,
        texts: &[String],
    ) -> Evaluated<Vec<Element>> {
        let [destination, separator, sources @ ..] = texts else {
            return Ok(elements);
        };
        if let Some(source) = sources.iter().find(|source| !is_label_name(source)) {
            return Err(Execution::Source(source.clone()).into());
        }
        check_destination("label_join", destination)?;
        for element in &mut elements {
            let joined = |labels: &Labels, budget: &mut Budget| {
                budget.work(sources.len())?;
                let values = || sources.iter().map(|source| labels.value(source));
                check_length(values().map(|value| value.len() + separator.len()).sum())?;
                let value = values().collect::<Vec<_>>().join(separator);
                Ok(labels.with(destination, &value))
            };
            element.series = self.make(node, Purpose::Outcome, element.series, joined)?;
        }
        distinct(elements)
    }
}

/// The longest value of a label that a function may make, in bytes. Without a
/// limit, nested calls could double it without end.
const MAX_VALUE_BYTES: usize = 16 * 1024;

fn check_length(bytes: usize) -> Evaluated<()> {
    if bytes > MAX_VALUE_BYTES {
        return Err(Execution::LongLabelValue(MAX_VALUE_BYTES).into());
    }
    Ok(())
}

fn check_destination(function: &'static str, name: &str) -> Evaluated<()> {
    if is_label_name(name) {
        return Ok(());
    }
    Err(Execution::Destination(function, name.into()).into())
}
