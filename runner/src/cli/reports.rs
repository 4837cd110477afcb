//! Which reports a run writes, and where.

use core::fmt;
use core::str::FromStr;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::report::{Human, JsonLines, Junit, Ordered, Report};
use crate::secret::{Output, Redactor, Sink};

/// A report and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReportChoice {
    format: Format,
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Human,
    Json,
    Junit,
}

/// Why reports cannot be written.
#[derive(Debug)]
pub(super) enum ReportError {
    /// Two of them would be mixed on standard output.
    Mixed,
    /// A file cannot be made.
    File { path: PathBuf, error: io::Error },
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mixed => {
                f.write_str("two reports go to standard output; give one of them a file")
            }
            Self::File { path, error } => write!(f, "cannot write {}: {error}", path.display()),
        }
    }
}

impl FromStr for ReportChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err("the file has no name".to_owned()),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let format = match format {
            "human" => Format::Human,
            "json" => Format::Json,
            "junit" => Format::Junit,
            _ => return Err("expected human, json or junit, with or without =FILE".to_owned()),
        };
        Ok(Self { format, file })
    }
}

/// Opens every report. One for people goes to standard output unless another
/// goes there.
pub(super) fn open_reports(
    choices: &[ReportChoice],
    redactor: &Arc<Redactor>,
) -> Result<Ordered, ReportError> {
    let for_people = ReportChoice {
        format: Format::Human,
        file: None,
    };
    let mut choices = choices.to_vec();
    match choices
        .iter()
        .filter(|choice| choice.file.is_none())
        .count()
    {
        0 => choices.push(for_people),
        1 => {}
        _ => return Err(ReportError::Mixed),
    }
    let reports: Result<Vec<_>, _> = choices
        .iter()
        .map(|choice| open_report(choice, redactor))
        .collect();
    Ok(Ordered::new(reports?))
}

fn open_report(
    choice: &ReportChoice,
    redactor: &Arc<Redactor>,
) -> Result<Box<dyn Report>, ReportError> {
    let sink: Sink = match &choice.file {
        // Drops colours where they do not belong.
        None => Box::new(anstream::stdout()),
        Some(path) => {
            let file = File::create(path).map_err(|error| ReportError::File {
                path: path.clone(),
                error,
            })?;
            Box::new(anstream::StripStream::new(file))
        }
    };
    let output = Output::new(Arc::clone(redactor), sink);
    Ok(match choice.format {
        Format::Human => Box::new(Human::new(output)),
        Format::Json => Box::new(JsonLines::new(output)),
        Format::Junit => Box::new(Junit::new(output)),
    })
}

#[cfg(test)]
mod tests {
    use super::ReportChoice;

    #[test]
    fn a_report_has_a_known_format_and_perhaps_a_file() {
        for text in ["human", "json", "junit", "junit=a=b.xml"] {
            assert!(text.parse::<ReportChoice>().is_ok(), "{text}");
        }
        for text in ["", "html", "junit=", "=a", "JSON"] {
            assert!(text.parse::<ReportChoice>().is_err(), "{text}");
        }
    }
}
