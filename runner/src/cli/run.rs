//! `touchmark run`: scenarios against a deployment, the embedded one or one on
//! the network.

use core::num::NonZeroUsize;
use std::collections::HashMap;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::{
    deployment::{Deployment, TargetError},
    files::{Corpus, Selection},
    reports::{ReportChoice, open_reports},
    screen::{self, Format},
};
use crate::execute::{self, AfterFailure, Brake, Limits, Options, read_secrets, resolve_secrets};
use crate::exit::Exit;
use crate::report::{Listener, Progress};
use crate::scenario::diagnostic::closest;
use crate::scenario::word::Delay;
use crate::scenario::{Diagnostic, Source, Value, load, yaml};
use crate::secret::Redactor;

/// How many scenarios run at the same time on a machine with few cores.
const LEAST_JOBS: NonZeroUsize = NonZeroUsize::new(8).expect("eight is not zero");

/// Run scenarios against a deployment.
#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    selection: Selection,

    /// Where requests go: a URL, or the name of a target in the project file
    /// [default: the project's target, or else a deployment in this process].
    #[arg(long, value_name = "URL|NAME")]
    target: Option<String>,

    /// Only scenarios whose name contains one of these.
    #[arg(long = "name", value_name = "TEXT")]
    names: Vec<String>,

    /// How many scenarios run at the same time [default: the number of cores,
    /// at least 8, because scenarios mostly wait].
    #[arg(long, short, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// How results are reported: human, json or junit, each with `=FILE` to
    /// write to a file. Can be given several times.
    #[arg(long = "report", value_name = "FORMAT[=FILE]")]
    reports: Vec<ReportChoice>,

    /// A file with one `NAME=value` per line for the secrets that scenarios
    /// declare. What it does not name comes from the environment.
    #[arg(long, value_name = "FILE")]
    secrets_file: Option<PathBuf>,

    /// A value for a variable, instead of the one in the files.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = read_var)]
    vars: Vec<(String, String)>,

    /// Stop at the first failure.
    #[arg(long)]
    fail_fast: bool,

    /// How long everything may take, such as `90s` or `15m`; cleanup comes on
    /// top of it.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = read_delay)]
    timeout: Delay,
}

/// Why nothing is run.
enum Refusal {
    /// Files are wrong.
    Files(Vec<Diagnostic>),
    /// The command line is wrong.
    Usage {
        message: String,
        help: Option<String>,
    },
    /// Secrets are missing.
    Secrets(Vec<Diagnostic>),
    /// There is no deployment to run against.
    NoDeployment(crate::peer::EmbeddedError),
}

impl Run {
    pub(super) fn run(self) -> io::Result<Exit> {
        match self.perform() {
            Ok(exit) => Ok(exit),
            Err(Refusal::Files(findings)) => {
                screen::findings(Format::Human, &findings)?;
                Ok(Exit::BadFile)
            }
            Err(Refusal::Secrets(findings)) => {
                screen::findings(Format::Human, &findings)?;
                Ok(Exit::BadUsage)
            }
            Err(Refusal::Usage { message, help }) => {
                screen::failure(&Words(message), help.as_deref())?;
                Ok(Exit::BadUsage)
            }
            Err(Refusal::NoDeployment(error)) => {
                screen::failure(&error, None)?;
                Ok(Exit::Unreachable)
            }
        }
    }

    fn perform(mut self) -> Result<Exit, Refusal> {
        if let Some(path) = self.selection.nowhere() {
            let message = format!("there is no file or folder {}", path.display());
            return Err(Refusal::Usage {
                message,
                help: None,
            });
        }
        let chosen = self.target.take();
        let corpus = self.selection.read_for(|project, setups| match &chosen {
            Some(name) => Deployment::named(name, project, setups),
            None => Deployment::of(project, setups),
        });
        let (
            Corpus {
                project,
                mut plans,
                findings,
                apart,
                ..
            },
            deployment,
        ) = corpus;
        if findings.iter().any(Diagnostic::is_error) {
            return Err(Refusal::Files(findings));
        }
        let deployment = deployment.map_err(|error| unknown_target(&error))?;
        plans.retain(|plan| self.names.is_empty() || self.wants(&plan.scenario.name));
        if plans.is_empty() {
            let message = "no scenario is selected".to_owned();
            return Err(Refusal::Usage {
                message,
                help: None,
            });
        }
        let _ = screen::findings(Format::Human, &findings);
        let _ = screen::apart(&apart);
        let secrets = self.secrets(&plans, project.as_ref())?;
        let vars = given_vars(&self.vars, &plans, project.as_ref())?;
        let redactor = Arc::new(Redactor::new());
        let reports =
            Arc::new(
                open_reports(&self.reports, &redactor).map_err(|error| Refusal::Usage {
                    message: error.to_string(),
                    help: None,
                })?,
            );
        let listener: Arc<dyn Listener> = if io::stderr().is_terminal() {
            Arc::new(Progress::new(Arc::clone(&reports)))
        } else {
            Arc::<crate::report::Ordered>::clone(&reports)
        };
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let jobs = self.jobs.unwrap_or(cores.max(LEAST_JOBS));
        let runs: usize = plans.iter().map(|plan| plan.runs.len()).sum();
        let at_once = jobs.get().min(runs);
        let summary = runtime(at_once.min(cores.get())).block_on(async {
            let (peer, target) = deployment
                .open(&redactor)
                .await
                .map_err(Refusal::NoDeployment)?;
            let brake = Arc::new(Brake::default());
            let signals = tokio::spawn(heed_signals(Arc::clone(&brake)));
            let options = Options {
                plans,
                project,
                target,
                jobs,
                secrets,
                vars,
                after_failure: match self.fail_fast {
                    true => AfterFailure::Stop,
                    false => AfterFailure::GoOn,
                },
                limits: Limits {
                    run: self.timeout.0,
                    ..Limits::default()
                },
                redactor,
                brake,
            };
            let ended = execute::run(options, Arc::new(peer), listener).await;
            signals.abort();
            ended.map_err(Refusal::Files)
        })?;
        if let Some(error) = reports.failure() {
            let message = format!("a report could not be written: {error}");
            return Err(Refusal::Usage {
                message,
                help: None,
            });
        }
        Ok(summary.exit())
    }

    fn wants(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.names
            .iter()
            .any(|part| name.contains(&part.to_lowercase()))
    }

    fn secrets(
        &self,
        plans: &[crate::scenario::Plan],
        project: Option<&crate::scenario::model::Project>,
    ) -> Result<HashMap<String, crate::secret::Secret>, Refusal> {
        let from_file = match &self.secrets_file {
            None => HashMap::new(),
            Some(path) => {
                let source =
                    load::read_source(path).map_err(|error| Refusal::Files(vec![error]))?;
                read_secrets(source.text()).map_err(|error| {
                    let message = format!("{}: {error}", path.display());
                    Refusal::Files(vec![Diagnostic::without_place(message)])
                })?
            }
        };
        let look_up = |name: &str| {
            from_file
                .get(name)
                .cloned()
                .or_else(|| std::env::var(name).ok())
        };
        resolve_secrets(plans, project, look_up).map_err(Refusal::Secrets)
    }
}

/// One thread is faster for one scenario after the other; several are for
/// several at the same time.
fn runtime(threads: usize) -> tokio::runtime::Runtime {
    let mut builder = match threads {
        0 | 1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    builder.worker_threads(threads.clamp(1, 8)).enable_all();
    builder
        .build()
        .expect("the system gives threads and an event queue")
}

/// Stops the run when the user or the system asks for it.
async fn heed_signals(brake: Arc<Brake>) {
    while signal().await.is_ok() {
        eprintln!("stopping; what was made is taken back, once more leaves it as it is");
        brake.pull();
    }
}

#[cfg(unix)]
async fn signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

fn unknown_target(error: &TargetError) -> Refusal {
    let help = match error {
        TargetError::Unknown { name, known } => {
            let near = closest(name, known.iter().map(String::as_str));
            Some(near.map_or_else(
                || format!("the targets are {}", known.join(", ")),
                |near| format!("did you mean `{near}`?"),
            ))
        }
        TargetError::Url { .. } | TargetError::Dialect { .. } | TargetError::Settings => None,
    };
    Refusal::Usage {
        message: error.to_string(),
        help,
    }
}

fn read_var(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn read_delay(text: &str) -> Result<Delay, String> {
    Delay::parse(text).ok_or_else(|| "expected a length of time such as `90s` or `15m`".to_owned())
}

/// The variables that the command line gives. Each must be one that a file
/// has; its value is read as YAML reads it, so that a number stays one.
fn given_vars(
    given: &[(String, String)],
    plans: &[crate::scenario::Plan],
    project: Option<&crate::scenario::model::Project>,
) -> Result<HashMap<String, Value>, Refusal> {
    let of_project = project.into_iter().flat_map(|project| {
        let of_targets = project
            .targets
            .iter()
            .flat_map(|(_, target)| target.vars.iter());
        project.vars.iter().chain(of_targets)
    });
    let of_plans = plans.iter().flat_map(|plan| plan.scenario.vars.iter());
    let known: Vec<&str> = of_project
        .chain(of_plans)
        .map(|(key, _)| key.text.as_str())
        .collect();
    let mut vars = HashMap::new();
    for (name, text) in given {
        if !known.contains(&name.as_str()) {
            let near = closest(name, known.iter().copied());
            return Err(Refusal::Usage {
                message: format!("no file has a variable `{name}`"),
                help: near.map(|near| format!("did you mean `{near}`?")),
            });
        }
        vars.insert(name.clone(), value_of(text));
    }
    Ok(vars)
}

fn value_of(text: &str) -> Value {
    let mut findings = Vec::new();
    let node = yaml::read(&Source::new("--var", text), &mut findings);
    match node.map(|node| node.value) {
        Some(value @ (Value::Bool(_) | Value::Int(_) | Value::Float(_))) if findings.is_empty() => {
            value
        }
        _ => Value::Text(text.to_owned()),
    }
}

/// Words as an error, for printing.
#[derive(Debug)]
struct Words(String);

impl core::fmt::Display for Words {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for Words {}
