//! The files that a server cannot do without: the key that signs and the
//! pepper. They are made when the store is new, readable for their owner only,
//! and never replaced: a store without its pepper has lost every secret, so a
//! missing file beside a store that is there is an error.

use core::fmt;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use touchmark_core::operation::{Keys, Pepper};
use touchmark_core::record::Secret;
use touchmark_core::token::{Key, KeyError, KeySet, SigningKey};

use super::Settings;
use super::settings::written::Place;
use crate::host::SystemRandom;

/// The largest file of keys that is read.
const MAX_BYTES: u64 = 256 * 1024;

/// Reads the keys of a server, and makes those that it lacks if there is no
/// `store` yet that was made with others.
pub(super) fn open(
    settings: &Settings,
    store: Option<&Path>,
) -> Result<(Keys, Pepper), KeyFileError> {
    let beside = match &settings.store {
        Place::Memory => None,
        Place::Sqlite(path) => Some(path),
    };
    let place = |given: &Option<PathBuf>, ending| {
        let default = || beside.map(|path| with_ending(path, ending));
        given.clone().or_else(default)
    };
    let files = &settings.keys;

    let made = || SystemRandom.signing_key(files.algorithm);
    let signing = match place(&files.signing, ".signing.jwk") {
        None => made(),
        Some(path) => {
            let bytes = read_or_make(&path, store, || made().write_private().expose().to_vec())?;
            SigningKey::read(&bytes).map_err(|error| KeyFileError::new(&path, error.into()))?
        }
    };
    let pepper = match place(&files.pepper, ".pepper") {
        None => SystemRandom.pepper(),
        Some(path) => {
            let made = || SystemRandom.secret().expose().as_bytes().to_vec();
            let bytes = read_or_make(&path, store, made)?;
            let text = String::from_utf8(bytes).ok();
            text.and_then(|text| Pepper::new(Secret::new(text.trim_end())))
                .ok_or_else(|| KeyFileError::new(&path, KeyFileProblem::Pepper))?
        }
    };
    let mut former = Vec::new();
    for path in &files.former {
        former.extend(read_former(path)?);
    }
    Ok((Keys::new(signing, former), pepper))
}

/// Reads the keys of a JWKS, or the one key of a JWK.
fn read_former(path: &Path) -> Result<Vec<Key>, KeyFileError> {
    let refused = |error: KeyError| KeyFileError::new(path, error.into());
    let bytes = read(path).map_err(|cause| KeyFileError::new(path, cause.into()))?;
    match KeySet::read(&bytes) {
        Err(KeyError::NotASet) => Ok(vec![Key::read(&bytes).map_err(refused)?]),
        Err(error) => Err(refused(error)),
        Ok(set) => match set.skipped() {
            [] => Ok(set.keys().to_vec()),
            [reason, ..] => Err(refused(reason.clone())),
        },
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn read_or_make(
    path: &Path,
    store: Option<&Path>,
    make: impl FnOnce() -> Vec<u8>,
) -> Result<Vec<u8>, KeyFileError> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found.map_err(|cause| KeyFileError::new(path, cause.into())),
    }
    if let Some(store) = store {
        let store = store.to_owned();
        return Err(KeyFileError::new(path, KeyFileProblem::Missing { store }));
    }
    write_new(path, &make())
        .or_else(|error| match error.kind() {
            // Another server that starts at the same time was faster.
            io::ErrorKind::AlreadyExists => Ok(()),
            _ => Err(error),
        })
        .and_then(|()| read(path))
        .map_err(|cause| KeyFileError::new(path, cause.into()))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = fs::File::open(path)?;
    warn_of_other_readers(path, &file);
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

#[cfg(unix)]
fn warn_of_other_readers(path: &Path, file: &fs::File) {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = file.metadata().map_or(0, |data| data.permissions().mode());
    if mode & 0o077 != 0 {
        let path = path.display();
        tracing::warn!("{path} can be read by others, its mode should be 0600");
    }
}

#[cfg(not(unix))]
fn warn_of_other_readers(_: &Path, _: &fs::File) {}

/// Writes a file that must not be there yet, for its owner only. It appears
/// with all its content or not at all, and it is durable then.
pub(crate) fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = reserve(path)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    match folder(path) {
        folder if cfg!(unix) => fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// A file without a name of its own in the folder that `path` is in, which
/// shows that the folder can be written to.
pub(super) fn reserve(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".touchmark-")
        .tempfile_in(folder(path))
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Why a file with keys cannot be used.
#[derive(Debug)]
pub struct KeyFileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: KeyFileProblem,
}

/// What is wrong with a file of keys.
#[derive(Debug)]
pub enum KeyFileProblem {
    /// It is not there, but the store that was made with it is.
    Missing {
        /// The store.
        store: PathBuf,
    },
    /// It cannot be read or made.
    File(io::Error),
    /// It holds no key, or none of this purpose.
    Key(KeyError),
    /// It holds no text of at least 32 characters.
    Pepper,
}

impl KeyFileError {
    fn new(path: &Path, problem: KeyFileProblem) -> Self {
        Self {
            path: path.to_owned(),
            problem,
        }
    }

    pub(super) fn help(&self) -> Option<String> {
        match &self.problem {
            KeyFileProblem::Missing { .. } => Some(
                "restore it from where it was; with a new pepper all secrets would be refused"
                    .into(),
            ),
            _ => None,
        }
    }
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.problem {
            KeyFileProblem::Missing { store } => {
                let store = store.display();
                write!(
                    f,
                    "{path} is missing, which the store {store} was made with"
                )
            }
            KeyFileProblem::File(_) => write!(f, "the file {path} cannot be used"),
            KeyFileProblem::Key(_) => write!(f, "the file {path} has no key that can be used"),
            KeyFileProblem::Pepper => {
                let least = Pepper::MIN_LEN;
                write!(f, "the pepper in {path} has fewer than {least} characters")
            }
        }
    }
}

impl core::error::Error for KeyFileError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &self.problem {
            KeyFileProblem::File(error) => Some(error),
            KeyFileProblem::Key(error) => Some(error),
            KeyFileProblem::Missing { .. } | KeyFileProblem::Pepper => None,
        }
    }
}

impl From<io::Error> for KeyFileProblem {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<KeyError> for KeyFileProblem {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}
