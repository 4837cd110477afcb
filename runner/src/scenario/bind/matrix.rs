//! One run per combination of a scenario's matrix.

use crate::scenario::{
    diagnostic::Diagnostic,
    function::text,
    model::Scenario,
    node::{Key, Value},
};

/// The most runs that one matrix may stand for.
pub const MAX_RUNS: usize = 1_000;

/// One combination of the matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The combination in words: `alg=ES256 dialect=klarity`; empty without a matrix.
    pub label: String,
    /// The value of every axis.
    pub values: Vec<(String, Value)>,
}

/// Multiplies the axes; the last one changes fastest.
pub(super) fn runs(scenario: &Scenario, findings: &mut Vec<Diagnostic>) -> Vec<Run> {
    let mut runs = vec![Run {
        label: String::new(),
        values: Vec::new(),
    }];
    for (key, values) in scenario.matrix.iter() {
        if runs.len() * values.len() > MAX_RUNS {
            let message = format!("the matrix stands for more than {MAX_RUNS} runs");
            findings.push(Diagnostic::error(&key.span, message));
            return Vec::new();
        }
        for (at, value) in values.iter().enumerate() {
            if let Some(first) = values[..at].iter().find(|first| first.0 == value.0) {
                findings.push(
                    Diagnostic::error(&value.0.span, "this value is listed twice")
                        .related(&first.0.span, "first listed here"),
                );
            }
        }
        let longer = runs.iter().flat_map(|run| {
            let with = |value: &Value| with_value(run, key, value);
            values.iter().map(move |value| with(&value.0.value))
        });
        runs = longer.collect();
    }
    runs
}

fn with_value(run: &Run, key: &Key, value: &Value) -> Run {
    let shown = text(value).unwrap_or_default();
    let gap = if run.label.is_empty() { "" } else { " " };
    let mut values = run.values.clone();
    values.push((key.text.clone(), value.clone()));
    Run {
        label: format!("{}{gap}{}={shown}", run.label, key.text),
        values,
    }
}
