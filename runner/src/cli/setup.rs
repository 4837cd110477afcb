//! How the deployments in this process are set up: the settings files that the
//! targets of a project name. Reading only; deployments are started elsewhere.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use touchmark_core::operation::Configuration;

use crate::scenario::Diagnostic;
use crate::scenario::load::{Loaded, read_source};
use crate::scenario::model::{Place, Project};
use crate::scenario::word::Text;
use crate::serve::settings::Settings;

/// What the settings files of a project say.
#[derive(Debug, Default)]
pub(crate) struct Setups {
    /// The files that could be found, with no link on their way.
    files: Vec<PathBuf>,
    configurations: HashMap<String, Configuration>,
}

impl Setups {
    /// Reads the settings file of every target that names one, and hands over
    /// what is wrong.
    pub(super) fn read(project: &Project, mut found: impl FnMut(Vec<Diagnostic>)) -> Self {
        let mut setups = Self::default();
        for (name, target) in project.targets.iter() {
            let Place::Settings(file) = &target.place else {
                continue;
            };
            let path = beside_project(file);
            let loaded = read(file, &path);
            found(loaded.findings);
            if let Some(settings) = loaded.value {
                let configuration = settings.configuration();
                setups
                    .configurations
                    .insert(name.text.clone(), configuration);
            }
            setups.files.extend(path.canonicalize());
        }
        setups
    }

    /// What is said of the deployment that this target is.
    pub(super) fn of(&self, target: &str) -> Option<&Configuration> {
        self.configurations.get(target)
    }

    /// Whether a file holds settings, and so no scenario.
    pub(super) fn include(&self, file: &Path) -> bool {
        !self.files.is_empty()
            && file
                .canonicalize()
                .is_ok_and(|file| self.files.contains(&file))
    }
}

/// The path of a file that is named in a project file.
fn beside_project(file: &Text) -> PathBuf {
    let project = Path::new(file.span.source().path());
    let folder = project.parent().unwrap_or(Path::new(""));
    folder.join(&file.text)
}

fn read(file: &Text, path: &Path) -> Loaded<Settings> {
    match read_source(path) {
        Ok(source) => Settings::read(&source, path.parent().unwrap_or(Path::new(""))),
        // A file that cannot be read is shown where it is named.
        Err(finding) if finding.span.is_none() => Loaded {
            value: None,
            findings: vec![Diagnostic::error(&file.span, finding.message)],
        },
        Err(finding) => Loaded {
            value: None,
            findings: vec![finding],
        },
    }
}
