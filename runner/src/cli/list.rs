//! `touchmark list`: what there is to run.

use std::io::{self, Write};

use clap::Args;
use serde_json::json;

use super::{
    files::Selection,
    screen::{self, Format},
};
use crate::{
    exit::Exit,
    scenario::{
        Plan,
        model::{Step, Verb},
    },
};

/// Show scenarios with their tags, runs and steps.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    selection: Selection,

    /// How scenarios are printed.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

impl List {
    pub(super) fn run(&self) -> io::Result<Exit> {
        let corpus = self.selection.read();
        if corpus.has_errors() {
            screen::findings(self.format, &corpus.findings)?;
            return Ok(Exit::BadFile);
        }
        if corpus.plans.is_empty() {
            writeln!(io::stderr(), "error: no scenario is selected")?;
            return Ok(Exit::BadUsage);
        }
        screen::apart(&corpus.apart)?;
        let mut out = anstream::stdout().lock();
        for plan in &corpus.plans {
            match self.format {
                Format::Human => for_people(plan, &mut out)?,
                Format::Json => writeln!(out, "{}", as_json(plan))?,
            }
        }
        Ok(Exit::Passed)
    }
}

fn for_people(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    let scenario = &plan.scenario;
    let (bold, plain) = ("\u{1b}[1m", "\u{1b}[0m");
    write!(out, "{bold}{}{plain}", scenario.name)?;
    if !scenario.tags.is_empty() {
        let tags: Vec<_> = scenario.tags.iter().map(|tag| tag.text.as_str()).collect();
        write!(out, "  [{}]", tags.join(", "))?;
    }
    writeln!(out, "  {}", scenario.name.span.source().path())?;
    if !scenario.matrix.is_empty() {
        for run in &plan.runs {
            writeln!(out, "  run {}", run.label)?;
        }
    }
    for (at, step) in scenario.steps.iter().enumerate() {
        let cases = step.cases.as_ref().map_or(String::new(), |cases| {
            format!(" ({})", screen::count(cases.len(), "case"))
        });
        let (number, name, verb) = (at + 1, &step.name, verb(step));
        writeln!(out, "  {number:>3} {name}{cases}: {verb}")?;
    }
    writeln!(out)
}

fn as_json(plan: &Plan) -> serde_json::Value {
    let scenario = &plan.scenario;
    let steps = scenario.steps.iter().map(|step| {
        json!({
            "name": step.name.text,
            "line": step.name.span.line(),
            "verb": verb(step),
            "cases": step.cases.as_ref().map_or(1, |cases| cases.len()),
        })
    });
    json!({
        "kind": "scenario",
        "name": scenario.name.text,
        "about": scenario.about.as_ref().map(|about| &about.text),
        "file": scenario.name.span.source().path(),
        "tags": scenario.tags.iter().map(|tag| &tag.text).collect::<Vec<_>>(),
        "runs": plan.runs.iter().map(|run| &run.label).collect::<Vec<_>>(),
        "steps": steps.collect::<Vec<_>>(),
    })
}

/// What a step does, in the words of the file.
fn verb(step: &Step) -> String {
    match &step.verb {
        Verb::Http(http) => format!("http {}", http.line.span.text()),
        Verb::Call(call) => format!("call {}", call.operation),
        Verb::Token(identity) => format!("token {}", identity.span().text()),
        Verb::Wait(length) => format!("wait {}", length.span().text()),
    }
}
