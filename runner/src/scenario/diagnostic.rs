//! What the runner says about a scenario file: where, what, how to fix it.
//!
//! A diagnostic is plain words with a place. Rendering adds the line, an
//! excerpt and a caret, and is the only code that knows `annotate-snippets`.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::source::Span;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file cannot be run as it is.
    Error,
    /// The file can be run, but says something its author hardly means.
    Warning,
}

/// One finding in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the finding stops the run.
    pub severity: Severity,
    /// The place, unless the file as a whole is meant.
    pub span: Option<Span>,
    /// What is wrong, in one lower-case sentence without a full stop.
    pub message: String,
    /// A word or two printed at the caret.
    pub label: Option<String>,
    /// Other places that explain the finding, each with its words.
    pub related: Vec<(Span, String)>,
    /// How to fix it, "did you mean" included.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(span: &Span, message: impl Into<String>) -> Self {
        Self {
            span: Some(span.clone()),
            ..Self::without_place(message)
        }
    }

    /// A warning at a place.
    pub fn warning(span: &Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(span, message)
        }
    }

    /// An error that concerns no place in a file.
    pub fn without_place(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            span: None,
            message: message.into(),
            label: None,
            related: Vec::new(),
            help: None,
        }
    }

    /// Whether the finding stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Says something at the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Says how to fix it. A second call adds to the first.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        let help = help.into();
        self.help = Some(match self.help {
            Some(first) => format!("{first}; {help}"),
            None => help,
        });
        self
    }

    /// Points at a second place.
    #[must_use]
    pub fn related(mut self, span: &Span, words: impl Into<String>) -> Self {
        self.related.push((span.clone(), words.into()));
        self
    }

    /// Adds "did you mean" if one of the candidates is close to what was written.
    #[must_use]
    pub fn did_you_mean<'a>(
        self,
        written: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        match closest(written, candidates) {
            Some(candidate) => self.help(format!("did you mean `{candidate}`?")),
            None => self,
        }
    }

    /// Adds "did you mean" if one of the candidates is close to what was
    /// written, otherwise what there is to choose from.
    #[must_use]
    pub fn choose_from<'a>(
        self,
        written: &str,
        noun: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let candidates: Vec<_> = candidates.into_iter().collect();
        match closest(written, candidates.iter().copied()) {
            Some(candidate) => self.help(format!("did you mean `{candidate}`?")),
            None if candidates.is_empty() => self.help(format!("there are no {noun}")),
            None => self.help(format!("the {noun} are {}", candidates.join(", "))),
        }
    }

    /// Renders the finding without colours.
    pub fn to_plain_text(&self) -> String {
        self.render(&Renderer::plain())
    }

    /// Renders the finding with ANSI colours; write it through a stream that
    /// strips them where they do not belong.
    pub fn to_styled_text(&self) -> String {
        self.render(&Renderer::styled())
    }

    fn render(&self, renderer: &Renderer) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = Group::with_title(level.primary_title(self.message.as_str()));
        if let Some(span) = &self.span {
            let mut snippet = excerpt(span).annotation(
                AnnotationKind::Primary
                    .span(span.range())
                    .label(self.label.as_deref()),
            );
            let (same_file, elsewhere): (Vec<_>, Vec<_>) = self
                .related
                .iter()
                .partition(|(other, _)| other.source() == span.source());
            for (other, words) in same_file {
                snippet = snippet.annotation(
                    AnnotationKind::Context
                        .span(other.range())
                        .label(words.as_str()),
                );
            }
            group = group.element(snippet);
            for (other, words) in elsewhere {
                group = group.element(
                    excerpt(other).annotation(
                        AnnotationKind::Context
                            .span(other.range())
                            .label(words.as_str()),
                    ),
                );
            }
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }
}

fn excerpt(span: &Span) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    Snippet::source(span.source().text()).path(span.source().path())
}

/// The candidate that a person most likely meant, if any is near enough: one
/// slip for a short word, one more for every further three letters.
pub fn closest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let slips_allowed = (written.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(written, candidate), candidate))
        .filter(|(distance, _)| *distance <= slips_allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::Source;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["status", "headers", "json", "under", "as"];
        for (written, meant) in [
            ("staus", Some("status")),
            ("satus", Some("status")),
            ("header", Some("headers")),
            ("jsno", Some("json")),
            ("sa", Some("as")),
            ("body", None),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(closest(written, known), meant, "{written}");
        }
    }

    #[test]
    fn the_nearest_of_several_is_suggested() {
        assert_eq!(
            closest("client.gt", ["client.list", "client.get"]),
            Some("client.get")
        );
        assert_eq!(closest("same", ["some", "same"]), Some("same"));
    }

    #[test]
    fn places_in_two_files_are_both_shown() {
        let one = Source::new("one.yaml", "a: 1\n");
        let two = Source::new("two.yaml", "ä: ä\nb: é\n");
        let finding = Diagnostic::error(&Span::new(&one, 3..4), "they differ")
            .label("here")
            .related(&Span::new(&two, 10..12), "and there")
            .help("make them equal")
            .help("or drop one");
        insta::assert_snapshot!(finding.to_plain_text(), @"
        error: they differ
         --> one.yaml:1:4
          |
        1 | a: 1
          |    ^ here
          |
         ::: two.yaml:2:4
          |
        2 | b: é
          |    - and there
          |
          = help: make them equal; or drop one
        ");
    }
}
