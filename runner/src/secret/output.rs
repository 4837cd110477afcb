//! The one way out of the program: standard output, standard error and report
//! files. Everything is masked here once more, whatever was done before.

use super::{Masked, Redactor};
use std::io::{self, Write};
use std::sync::Arc;

/// Where masked text ends up.
pub type Sink = Box<dyn Write + Send>;

/// Writes text for people and programs, masked.
pub struct Output {
    redactor: Arc<Redactor>,
    sink: Sink,
}

impl Output {
    /// Writes to `sink` what `redactor` lets through.
    #[must_use]
    pub fn new(redactor: Arc<Redactor>, sink: Sink) -> Self {
        Self { redactor, sink }
    }

    /// Writes whole lines or a whole document. A secret that is cut in two by
    /// two calls would not be recognised, so a text is written in one piece.
    ///
    /// # Errors
    /// Passes on the error of the sink.
    pub fn write(&mut self, text: &str) -> io::Result<()> {
        self.sink.write_all(self.redactor.masked(text).as_bytes())
    }

    /// Hands everything written to the operating system.
    ///
    /// # Errors
    /// Passes on the error of the sink.
    pub fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }

    /// The text as it would be written, for a line that a progress bar draws.
    #[must_use]
    pub fn mask(&self, text: &str) -> Masked {
        self.redactor.mask(text)
    }
}
