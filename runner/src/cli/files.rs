//! Which files a command is about: scenario files and folders of them, and the
//! project file that belongs to them.

use core::convert::Infallible;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use rayon::prelude::*;

use super::deployment::Deployment;
use super::setup::Setups;
use crate::peer;
use crate::scenario::{
    Diagnostic, Plan, Source, Surroundings,
    load::{Loaded, read_project, read_scenario, read_source},
    model::Project,
};

/// The name of the project file.
const PROJECT_FILE: &str = "touchmark.yaml";

/// How deep folders are searched.
const MAX_FOLDER_DEPTH: usize = 32;

/// Which scenarios a command is about.
#[derive(Clone, Debug, Args)]
pub(crate) struct Selection {
    /// Scenario files, or folders that are searched for *.yaml and *.yml.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The project file [default: the nearest touchmark.yaml in or above the
    /// first PATH, up to the current folder].
    #[arg(long, value_name = "FILE")]
    project: Option<PathBuf>,

    /// Only scenarios with one of these tags.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,

    /// No scenarios with one of these tags.
    #[arg(long = "skip-tag", value_name = "TAG")]
    skipped_tags: Vec<String>,
}

/// Everything that was read for a command.
#[derive(Debug, Default)]
pub(crate) struct Corpus {
    /// The project file, if there is one and it is right.
    pub(crate) project: Option<Project>,
    /// The scenarios that are right and selected, in the order of their paths.
    pub(crate) plans: Vec<Plan>,
    /// How many files were read, the project file included.
    pub(crate) files: usize,
    /// What is wrong, file by file.
    pub(crate) findings: Vec<Diagnostic>,
    /// Folders that were passed over, because they are projects of their own.
    pub(crate) apart: Vec<PathBuf>,
}

impl Corpus {
    /// Whether any file is wrong.
    pub(crate) fn has_errors(&self) -> bool {
        self.findings.iter().any(Diagnostic::is_error)
    }
}

impl Selection {
    /// Reads all files and proves their names, for the embedded deployment.
    pub(crate) fn read(&self) -> Corpus {
        self.read_for(|_, _| Ok::<_, Infallible>(Deployment::default()))
            .0
    }

    /// The first path that leads to nothing.
    pub(crate) fn nowhere(&self) -> Option<&Path> {
        self.paths
            .iter()
            .map(PathBuf::as_path)
            .find(|path| !path.exists())
    }

    /// Reads all files and proves their names, for the deployment that is
    /// chosen when the project file is known. Without one, no scenario is read.
    pub(crate) fn read_for<E>(
        &self,
        choose: impl FnOnce(Option<&Project>, &Setups) -> Result<Deployment, E>,
    ) -> (Corpus, Result<Deployment, E>) {
        let mut surroundings = Surroundings {
            // A project file may serve several deployments, this one among them.
            identities: peer::IDENTITIES,
            project: None,
        };
        let mut corpus = Corpus::default();
        let file = self.project_file();
        let project = file.as_ref().and_then(|path| {
            corpus.add(read_file(path, &|source| {
                read_project(source, &surroundings)
            }))
        });
        corpus
            .findings
            .extend(self.of_other_projects(file.as_deref()));
        let setups = project.as_ref().map_or_else(Setups::default, |project| {
            Setups::read(project, |findings| {
                corpus.files += 1;
                corpus.findings.extend(findings);
            })
        });
        surroundings.project = project.as_ref();
        let deployment = match choose(project.as_ref(), &setups) {
            Ok(deployment) => deployment,
            Err(error) => return (corpus, Err(error)),
        };
        surroundings.identities = deployment.identities();
        let mut files = self.scenario_files(&mut corpus);
        files.retain(|file| !setups.include(file));
        let read = |source: &Arc<Source>| read_scenario(source, &surroundings);
        // One file alone is not worth starting threads for.
        let loaded: Vec<_> = match &files[..] {
            [file] => vec![read_file(file, &read)],
            files => files
                .par_iter()
                .map(|file| read_file(file, &read))
                .collect(),
        };
        for loaded in loaded {
            let plan = corpus.add(loaded);
            corpus.plans.extend(plan.filter(|plan| self.wants(plan)));
        }
        corpus.project = project;
        corpus.report_same_names();
        (corpus, Ok(deployment))
    }

    fn wants(&self, plan: &Plan) -> bool {
        let has = |tag: &String| plan.scenario.tags.iter().any(|own| own.text == *tag);
        (self.tags.is_empty() || self.tags.iter().any(has)) && !self.skipped_tags.iter().any(has)
    }

    fn project_file(&self) -> Option<PathBuf> {
        match &self.project {
            Some(file) => Some(file.clone()),
            None => nearest_project(self.paths.first()?),
        }
    }

    /// What is wrong with paths that a project file is nearer to than the one
    /// that is used, unless that was chosen.
    fn of_other_projects(&self, used: Option<&Path>) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        for path in self.paths.iter().filter(|_| self.project.is_none()) {
            if let Some(own) = nearest_project(path).filter(|own| Some(own.as_path()) != used) {
                let (path, own) = (path.display(), own.display());
                let message = format!(
                    "{path} belongs to {own}, which is not the project file of the first path"
                );
                let help = "name it alone, or name the project file for all with `--project`";
                findings.push(Diagnostic::without_place(message).help(help));
            }
        }
        findings
    }

    fn scenario_files(&self, corpus: &mut Corpus) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for path in &self.paths {
            if !path.is_dir() {
                // A file that is named is read whatever it is called; one that
                // does not exist is reported when it is read.
                files.push(path.clone());
            } else if let Err(error) = search(path, 0, &mut files, &mut corpus.apart) {
                let message = format!("cannot search {}: {error}", path.display());
                corpus.findings.push(Diagnostic::without_place(message));
            }
        }
        let mut seen = std::collections::HashSet::new();
        files.retain(|file| seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())));
        files
    }
}

impl Corpus {
    /// Reports cannot tell scenarios of one name apart.
    fn report_same_names(&mut self) {
        let mut first_places = std::collections::HashMap::new();
        for plan in &self.plans {
            let name = &plan.scenario.name;
            if let Some(first) = first_places.insert(name.text.clone(), name.span.clone()) {
                let message = format!("two scenarios are called `{name}`");
                let finding = Diagnostic::warning(&name.span, message);
                self.findings.push(finding.related(&first, "the other one"));
            }
        }
    }

    fn add<T>(&mut self, loaded: Loaded<T>) -> Option<T> {
        self.files += 1;
        self.findings.extend(loaded.findings);
        loaded.value
    }
}

/// The project file that is nearest to a path, in its folder or above it, up
/// to the current folder.
fn nearest_project(path: &Path) -> Option<PathBuf> {
    let top = std::env::current_dir().ok()?;
    let absolute = top.join(path).canonicalize().ok()?;
    let folders = absolute.ancestors().skip(usize::from(!absolute.is_dir()));
    let inside = folders.take_while(|folder| folder.starts_with(&top));
    let found = inside
        .map(|folder| folder.join(PROJECT_FILE))
        .find(|file| file.is_file())?;
    let shown = found.strip_prefix(&top).map(Path::to_path_buf);
    Some(shown.unwrap_or(found))
}

fn read_file<T>(path: &Path, read: &impl Fn(&Arc<Source>) -> Loaded<T>) -> Loaded<T> {
    match read_source(path) {
        Ok(source) => read(&source),
        Err(finding) => Loaded {
            value: None,
            findings: vec![finding],
        },
    }
}

/// Collects the YAML files of a folder in the order of their names, and the
/// folders below it that have a project file of their own. Hidden entries and
/// symbolic links to folders are passed over.
fn search(
    folder: &Path,
    depth: usize,
    files: &mut Vec<PathBuf>,
    apart: &mut Vec<PathBuf>,
) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") || name == PROJECT_FILE {
            continue;
        }
        let path = entry.path();
        let path = path
            .strip_prefix(".")
            .map(Path::to_path_buf)
            .unwrap_or(path);
        if entry.file_type()?.is_dir() {
            if path.join(PROJECT_FILE).is_file() {
                apart.push(path);
            } else if depth < MAX_FOLDER_DEPTH {
                search(&path, depth + 1, files, apart)?;
            }
        } else if path
            .extension()
            .is_some_and(|end| end == "yaml" || end == "yml")
            && path.is_file()
        {
            files.push(path);
        }
    }
    Ok(())
}
