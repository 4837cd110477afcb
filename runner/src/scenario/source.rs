//! Source files and places in them.
//!
//! A [`Span`] carries its file, because a run mixes values from the scenario
//! and from the project file and a failure must point into the right one.

use core::{fmt, ops::Range};
use std::sync::Arc;

/// One file as it was read: the name to show and the text.
#[derive(PartialEq, Eq)]
pub struct Source {
    path: String,
    text: String,
    line_starts: Vec<usize>,
}

impl Source {
    /// Keeps a text under the path that diagnostics show. A byte order mark is
    /// dropped, so that it moves no column.
    pub fn new(path: impl Into<String>, text: &str) -> Arc<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        let line_starts = core::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Arc::new(Self {
            path: path.into(),
            text,
            line_starts,
        })
    }

    /// The path as the user gave it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line, counted from one, that holds a byte offset.
    fn line_at(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.path).finish()
    }
}

/// A range of bytes in a source file.
#[derive(Clone, PartialEq, Eq)]
pub struct Span {
    source: Arc<Source>,
    start: usize,
    end: usize,
}

impl Span {
    /// A span of the file, cut back to the text's bounds and to whole characters.
    pub fn new(source: &Arc<Source>, range: Range<usize>) -> Self {
        let text = source.text();
        let start = text.floor_char_boundary(range.start);
        let end = text.ceil_char_boundary(range.end).max(start);
        Self {
            source: Arc::clone(source),
            start,
            end,
        }
    }

    /// The file that the span is in.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The bytes that the span covers.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The covered text exactly as it is written in the file.
    pub fn text(&self) -> &str {
        &self.source.text()[self.start..self.end]
    }

    /// The first line, counted from one.
    pub fn line(&self) -> usize {
        self.source.line_at(self.start)
    }

    /// The first column in characters, counted from one.
    pub fn column(&self) -> usize {
        let line_start = self.source.line_starts[self.line() - 1];
        self.source.text()[line_start..self.start].chars().count() + 1
    }

    /// The line that the span starts on, without its line break.
    pub fn first_line(&self) -> &str {
        let line_start = self.source.line_starts[self.line() - 1];
        self.source.text()[line_start..]
            .lines()
            .next()
            .unwrap_or_default()
    }

    /// The first place inside this span where `needle` is written, or the
    /// whole span if it is not there literally (an escape may hide it).
    #[must_use]
    pub fn find(&self, needle: &str) -> Self {
        match self.text().find(needle) {
            Some(at) => Self {
                source: Arc::clone(&self.source),
                start: self.start + at,
                end: self.start + at + needle.len(),
            },
            None => self.clone(),
        }
    }

    /// The span from the start of this one to the end of another in the same file.
    #[must_use]
    pub fn to(&self, other: &Self) -> Self {
        Self {
            source: Arc::clone(&self.source),
            start: self.start,
            end: other.end.max(self.start),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}",
            self.source.path(),
            self.line(),
            self.column()
        )
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line(), self.column())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let source = Source::new("test.yaml", "aß\n\nẞc\r\nd");
        let place = |needle: &str| {
            let at = source.text().find(needle).expect("the text has the needle");
            let span = Span::new(&source, at..at + needle.len());
            (span.line(), span.column(), span.first_line().to_owned())
        };
        assert_eq!(place("a"), (1, 1, "aß".to_owned()));
        assert_eq!(place("ß"), (1, 2, "aß".to_owned()));
        assert_eq!(place("c"), (3, 2, "ẞc".to_owned()));
        assert_eq!(place("d"), (4, 1, "d".to_owned()));
    }

    #[test]
    fn a_span_never_cuts_a_character_or_leaves_the_text() {
        let source = Source::new("test.yaml", "aß");
        assert_eq!(Span::new(&source, 2..3).text(), "ß");
        assert_eq!(Span::new(&source, 1..2).text(), "ß");
        assert_eq!(Span::new(&source, 7..99).text(), "");
        assert_eq!(Span::new(&source, 7..99).line(), 1);
        assert_eq!(Span::new(&Source::new("", ""), 0..0).first_line(), "");
    }

    #[test]
    fn a_place_inside_is_found_unless_an_escape_hides_it() {
        let source = Source::new("test.yaml", r#""a $(b)" "\x24(b)""#);
        let plain = Span::new(&source, 0..8);
        assert_eq!(plain.find("$(b)").range(), 3..7);
        let escaped = Span::new(&source, 9..18);
        assert_eq!(escaped.find("$(b)"), escaped);
    }
}
