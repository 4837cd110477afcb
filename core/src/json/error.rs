//! Why a JSON text was refused: the kind, the line and column, and the path of
//! the value. All of it may be shown to whoever sent the text: member names
//! are quoted (shortened), values never are.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::str::Utf8Error;

use serde_json::error::Category;

/// What is wrong with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The text is longer than the limit.
    TooLarge,
    /// The text is not UTF-8.
    NotUtf8,
    /// The text is not JSON.
    Syntax,
    /// The text ends in the middle of a value.
    Truncated,
    /// Something follows the value.
    TrailingData,
    /// An object names a member twice.
    DuplicateMember,
    /// Arrays and objects are nested deeper than the limit.
    TooDeep,
    /// The text is JSON, but not the document that is expected here.
    Mismatch,
}

/// A refused JSON text. Its words are made when somebody asks for them: most
/// who refuse a text only look at the kind.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    /// Line and column, both from 1. Zero means that the fault has no place.
    place: (usize, usize),
    /// The steps from the fault outwards.
    steps: Vec<Step>,
    /// What the grammar or the document's type has to say.
    detail: Option<Arc<serde_json::Error>>,
}

/// Whether the same is wrong in the same place.
impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.place == other.place && self.steps == other.steps
    }
}

impl Eq for Error {}

impl Error {
    /// What is wrong with the text.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The line of the fault, from 1; `None` if the fault has no place.
    pub fn line(&self) -> Option<usize> {
        (self.place.0 > 0).then_some(self.place.0)
    }

    /// The column of the fault in bytes, from 1; `None` if the fault has no place.
    pub fn column(&self) -> Option<usize> {
        (self.place.0 > 0).then_some(self.place.1.max(1))
    }

    /// The value that the fault is in, as a JSON Pointer (RFC 6901); empty for
    /// the whole document.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in self.steps.iter().rev() {
            path.push('/');
            step.write_to(&mut path);
        }
        path
    }

    /// The words of the grammar or of the document's type, without values.
    fn detail(&self) -> String {
        match &self.detail {
            None => String::new(),
            Some(error) if self.kind == ErrorKind::Mismatch => without_values(error),
            Some(error) => without_place(error),
        }
    }

    pub(super) fn too_large() -> Self {
        Self::placeless(ErrorKind::TooLarge)
    }

    pub(super) fn not_utf8(bytes: &[u8], error: &Utf8Error) -> Self {
        let good = &bytes[..error.valid_up_to()];
        let line_start = good
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        Self {
            place: (line, good.len() - line_start + 1),
            ..Self::placeless(ErrorKind::NotUtf8)
        }
    }

    pub(super) fn from_reading(error: serde_json::Error, trace: Trace) -> Self {
        let kind = trace.kind.unwrap_or(match error.classify() {
            Category::Eof => ErrorKind::Truncated,
            Category::Syntax | Category::Data | Category::Io => ErrorKind::Syntax,
        });
        Self {
            kind,
            place: (error.line(), error.column()),
            steps: trace.steps,
            // What this reader refused it has no other words for.
            detail: trace.kind.is_none().then(|| Arc::new(error)),
        }
    }

    pub(super) fn trailing(error: &serde_json::Error) -> Self {
        Self {
            place: (error.line(), error.column()),
            ..Self::placeless(ErrorKind::TrailingData)
        }
    }

    pub(super) fn mismatch(error: serde_json::Error) -> Self {
        Self {
            detail: Some(Arc::new(error)),
            ..Self::placeless(ErrorKind::Mismatch)
        }
    }

    fn placeless(kind: ErrorKind) -> Self {
        Self {
            kind,
            place: (0, 0),
            steps: Vec::new(),
            detail: None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            ErrorKind::TooLarge => "text is too large",
            ErrorKind::NotUtf8 => "text is not UTF-8",
            ErrorKind::Syntax => "text is not JSON",
            ErrorKind::Truncated => "JSON text ends too early",
            ErrorKind::TrailingData => "text goes on after the JSON value",
            ErrorKind::DuplicateMember => "member occurs twice",
            ErrorKind::TooDeep => "JSON is nested too deep",
            ErrorKind::Mismatch => "JSON is not what is expected here",
        })?;
        let detail = self.detail();
        if !detail.is_empty() {
            write!(formatter, ": {detail}")?;
        }
        if let (Some(line), Some(column)) = (self.line(), self.column()) {
            write!(formatter, " at line {line} column {column}")?;
        }
        if !self.steps.is_empty() {
            write!(formatter, " (in {})", self.path())?;
        }
        Ok(())
    }
}

impl core::error::Error for Error {}

/// What the reader noticed on its way out of a text that it refuses.
#[derive(Default)]
pub(super) struct Trace {
    pub(super) kind: Option<ErrorKind>,
    /// The steps from the fault outwards.
    steps: Vec<Step>,
}

impl Trace {
    pub(super) fn step_out_of_item(&mut self, index: usize) {
        self.steps.push(Step::Item(index));
    }

    pub(super) fn step_out_of_member(&mut self, name: &str) {
        let rest = name.char_indices().nth(LONGEST_NAME);
        self.steps.push(Step::Member {
            start: name[..rest.map_or(name.len(), |(at, _)| at)].into(),
            is_whole: rest.is_none(),
        });
    }
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Item(usize),
    /// A member, and how its name begins.
    Member {
        start: String,
        is_whole: bool,
    },
}

impl Step {
    fn write_to(&self, path: &mut String) {
        match self {
            Self::Item(index) => path.push_str(&index.to_string()),
            Self::Member { start, is_whole } => {
                for character in start.chars() {
                    match character {
                        '~' => path.push_str("~0"),
                        '/' => path.push_str("~1"),
                        control if control.is_control() => path.push('\u{fffd}'),
                        plain => path.push(plain),
                    }
                }
                if !is_whole {
                    path.push('…');
                }
            }
        }
    }
}

/// How many characters of a member's name are quoted.
const LONGEST_NAME: usize = 64;

/// The message of a grammar fault; these are fixed texts that quote nothing.
fn without_place(error: &serde_json::Error) -> String {
    let mut message = error.to_string();
    if let Some(at) = message.rfind(" at line ") {
        message.truncate(at);
    }
    message
}

/// The message of a fault of meaning, less the part that quotes the value: it
/// may be a secret that was put in the wrong place.
fn without_values(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rsplit_once(", expected ") {
        Some((_, expected)) if expected.starts_with("struct ") => "expected an object".into(),
        Some((_, expected)) => format!("expected {expected}"),
        None if message.starts_with("missing field `") => message,
        None => String::new(),
    }
}
