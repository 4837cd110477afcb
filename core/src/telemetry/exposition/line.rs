//! One line of the text format: blank, a comment, or a sample.

use alloc::string::String;
use alloc::vec::Vec;

use super::problem::LineProblem;
use crate::telemetry::Millis;
use crate::telemetry::catalogue::MetricKind;
use crate::telemetry::labels::{is_label_name, is_metric_name};
use crate::telemetry::text::read_float;

/// A line.
pub(super) enum Line<'a> {
    /// Nothing, or a comment without meaning.
    Blank,
    Comment(Comment<'a>),
    Sample(SampleLine<'a>),
}

/// A comment with a meaning.
pub(super) enum Comment<'a> {
    Help { metric: &'a str, text: String },
    Type { metric: &'a str, kind: MetricKind },
}

/// A sample and its series.
pub(super) struct SampleLine<'a> {
    pub(super) metric: &'a str,
    /// Names are free of duplicates.
    pub(super) labels: Vec<(&'a str, String)>,
    pub(super) value: f64,
    pub(super) at: Option<Millis>,
}

type Read<T> = Result<T, LineProblem>;

impl<'a> Line<'a> {
    pub(super) fn read(text: &'a str) -> Read<Self> {
        let mut cursor = Cursor { rest: text };
        cursor.skip_blanks();
        match cursor.peek() {
            None => Ok(Line::Blank),
            Some('#') => {
                cursor.rest = &cursor.rest[1..];
                cursor.comment()
            }
            Some(_) => cursor.sample().map(Line::Sample),
        }
    }
}

/// What is left of a line.
struct Cursor<'a> {
    rest: &'a str,
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.rest = &self.rest[character.len_utf8()..];
        Some(character)
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(is_blank);
    }

    /// Everything up to a character that ends a word.
    fn until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// The next word, and the blanks after it.
    fn word(&mut self) -> &'a str {
        let word = self.until(is_blank);
        self.skip_blanks();
        word
    }

    fn expect(&mut self, wanted: char, what: &'static str) -> Read<()> {
        self.skip_blanks();
        match self.peek() {
            Some(found) if found == wanted => {
                self.next();
                Ok(())
            }
            found => Err(LineProblem::Expected(what, found)),
        }
    }

    fn comment(mut self) -> Read<Line<'a>> {
        // Without a blank the word is another one, which means nothing.
        if !self.rest.starts_with(is_blank) {
            return Ok(Line::Blank);
        }
        self.skip_blanks();
        let keyword = self.word();
        if !matches!(keyword, "HELP" | "TYPE") {
            return Ok(Line::Blank);
        }
        let metric = self.word();
        if !is_metric_name(metric) {
            return Err(LineProblem::MetricName(metric.into()));
        }
        if keyword == "HELP" {
            let text = self.help()?;
            return Ok(Line::Comment(Comment::Help { metric, text }));
        }
        let kind = match self.rest.trim_end_matches(is_blank) {
            "counter" => MetricKind::Counter,
            "gauge" => MetricKind::Gauge,
            "histogram" => MetricKind::Histogram,
            "summary" => MetricKind::Summary,
            "untyped" => MetricKind::Untyped,
            other => return Err(LineProblem::Kind(other.into())),
        };
        Ok(Line::Comment(Comment::Type { metric, kind }))
    }

    /// The rest of the line as a help text.
    fn help(&mut self) -> Read<String> {
        let mut text = String::new();
        while let Some(character) = self.next() {
            text.push(match character {
                '\\' => self.escape(None)?,
                character => character,
            });
        }
        Ok(text)
    }

    /// What follows a backslash.
    fn escape(&mut self, quote: Option<char>) -> Read<char> {
        match self.next() {
            Some('\\') => Ok('\\'),
            Some('n') => Ok('\n'),
            Some(found) if Some(found) == quote => Ok(found),
            found => Err(LineProblem::Escape(found)),
        }
    }

    fn sample(&mut self) -> Read<SampleLine<'a>> {
        let metric = self.until(|found| is_blank(found) || found == '{');
        if !is_metric_name(metric) {
            return Err(LineProblem::MetricName(metric.into()));
        }
        self.skip_blanks();
        let labels = if self.peek() == Some('{') {
            self.next();
            self.labels()?
        } else {
            Vec::new()
        };
        self.skip_blanks();
        let value = self.word();
        let value = read_float(value).map_err(|_| LineProblem::Value(value.into()))?;
        let at = match self.word() {
            "" => None,
            time => Some(time.parse().map_err(|_| LineProblem::Time(time.into()))?),
        };
        match self.peek() {
            None => Ok(SampleLine {
                metric,
                labels,
                value,
                at,
            }),
            found => Err(LineProblem::Expected("the end of the line", found)),
        }
    }

    /// Labels up to the right brace.
    fn labels(&mut self) -> Read<Vec<(&'a str, String)>> {
        let mut labels: Vec<(&'a str, String)> = Vec::new();
        loop {
            self.skip_blanks();
            if self.peek() == Some('}') {
                self.next();
                return Ok(labels);
            }
            let name = self.until(|found| is_blank(found) || matches!(found, '=' | ',' | '}'));
            if !is_label_name(name) {
                return Err(LineProblem::LabelName(name.into()));
            }
            if name.starts_with("__") {
                return Err(LineProblem::ReservedLabel(name.into()));
            }
            if labels.iter().any(|(known, _)| *known == name) {
                return Err(LineProblem::SecondLabel(name.into()));
            }
            self.expect('=', "\"=\" after the label name")?;
            self.expect('"', "a quoted label value")?;
            labels.push((name, self.label_value()?));
            self.skip_blanks();
            match self.peek() {
                Some(',') => {
                    self.next();
                }
                Some('}') => {}
                found => return Err(LineProblem::Expected("\",\" or \"}\"", found)),
            }
        }
    }

    /// A value up to its closing quote.
    fn label_value(&mut self) -> Read<String> {
        let mut value = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(value),
                Some('\\') => value.push(self.escape(Some('"'))?),
                Some(character) => value.push(character),
                None => return Err(LineProblem::Expected("the closing quote", None)),
            }
        }
    }
}
