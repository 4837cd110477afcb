//! Files on disk → plans, with everything that is wrong on the way.

use std::{fs, io, path::Path, sync::Arc};

use super::{
    bind::{self, Completeness, Plan, Surroundings},
    diagnostic::Diagnostic,
    model::{Project, Scenario},
    node::{Node, Value},
    read::Read,
    source::{Source, Span},
    yaml,
};

/// The largest file that is read.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Reads a file as text.
///
/// # Errors
/// When the file cannot be read, is too large or is not UTF-8.
pub fn read_source(path: &Path) -> Result<Arc<Source>, Diagnostic> {
    let shown = path.display().to_string();
    let unreadable = |error: &io::Error| {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file".to_owned(),
            io::ErrorKind::PermissionDenied => "reading it is not permitted".to_owned(),
            io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
            _ => error.to_string(),
        };
        Diagnostic::without_place(format!("cannot read {shown}: {reason}"))
    };
    let size = fs::metadata(path)
        .map_err(|error| unreadable(&error))?
        .len();
    if size > MAX_FILE_BYTES {
        let message = format!("cannot read {shown}: it is larger than {MAX_FILE_BYTES} bytes");
        return Err(Diagnostic::without_place(message));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(&error))?;
    from_bytes(shown, &bytes)
}

/// Takes the bytes of a file as its text.
///
/// # Errors
/// When the bytes are not UTF-8.
pub fn from_bytes(path: impl Into<String>, bytes: &[u8]) -> Result<Arc<Source>, Diagnostic> {
    match core::str::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(path, text)),
        Err(error) => {
            let at = error.valid_up_to();
            let source = Source::new(path, &String::from_utf8_lossy(bytes));
            let place = Span::new(&source, at..at + char::REPLACEMENT_CHARACTER.len_utf8());
            let finding = Diagnostic::error(&place, "the file is not UTF-8")
                .label("the first byte that is not")
                .help("save it as UTF-8");
            Err(finding)
        }
    }
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// What the file says.
    pub value: Option<T>,
    /// What is wrong or doubtful, from top to bottom.
    pub findings: Vec<Diagnostic>,
}

impl<T> Loaded<T> {
    pub(crate) fn new(value: Option<T>, mut findings: Vec<Diagnostic>) -> Self {
        findings.sort_by_key(|finding| finding.span.as_ref().map(|span| span.range().start));
        Self { value, findings }
    }
}

/// Reads and proves a scenario. There is no plan if there is an error.
pub fn read_scenario(source: &Arc<Source>, surroundings: &Surroundings<'_>) -> Loaded<Plan> {
    let mut findings = Vec::new();
    let plan = read_tree(source, &mut findings).and_then(|tree| {
        let scenario = Scenario::read(&tree, &mut findings)?;
        let completeness = completeness(&tree, &findings);
        bind::bind(scenario, completeness, surroundings, &mut findings)
    });
    let broken = findings.iter().any(Diagnostic::is_error);
    Loaded::new(plan.filter(|_| !broken), findings)
}

/// Reads and proves a project file. With errors, what is returned may lack the
/// wrong parts; it is good for proving scenarios, not for running them.
pub fn read_project(source: &Arc<Source>, surroundings: &Surroundings<'_>) -> Loaded<Project> {
    let mut findings = Vec::new();
    let project = read_tree(source, &mut findings).and_then(|tree| {
        let project = Project::read(&tree, &mut findings)?;
        let completeness = completeness(&tree, &findings);
        bind::bind_project(&project, completeness, surroundings, &mut findings);
        Some(project)
    });
    Loaded::new(project, findings)
}

fn read_tree(source: &Arc<Source>, findings: &mut Vec<Diagnostic>) -> Option<Node> {
    let tree = yaml::read(source, findings)?;
    if tree.value == Value::Null {
        findings.push(Diagnostic::error(
            &tree.span,
            "there is nothing in this file",
        ));
        return None;
    }
    Some(tree)
}

/// What could be read of a broken file still has names worth proving.
fn completeness<'a>(tree: &'a Node, findings: &[Diagnostic]) -> Completeness<'a> {
    if findings.iter().any(Diagnostic::is_error) {
        Completeness::Partial(tree)
    } else {
        Completeness::Whole
    }
}
