//! From what went wrong to what is reported: one place turns errors, findings
//! and mismatches into a masked [`Failure`].

use super::exhibit;
use super::judge::Judgement;
use super::tokens::{NoToken, NoTokenReason};
use super::values::now;
use crate::expect::Mismatch;
use crate::peer::{Answer, PeerError, Request};
use crate::report::{Cause, Failure, Finding};
use crate::scenario::{Diagnostic, Span};
use crate::secret::Redactor;

/// Why a step did not go as it should.
pub(super) enum Trouble {
    /// A value does not fit.
    Value(Diagnostic),
    /// There is no response.
    Peer { error: PeerError, request: Request },
    /// The sender has no token.
    NoToken {
        sender: String,
        span: Span,
        why: Box<NoToken>,
    },
    /// The answer is not as expected, or lacks what was to be saved.
    Answer {
        judgement: Judgement,
        missed: Vec<Mismatch>,
        request: Request,
        answer: Answer,
    },
}

impl From<Diagnostic> for Trouble {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Value(diagnostic)
    }
}

impl Trouble {
    /// An answer that is not as expected in one way.
    pub(super) fn unexpected(mismatch: Mismatch, request: Request, answer: Answer) -> Self {
        let judgement = Judgement {
            mismatches: vec![mismatch],
            ..Judgement::default()
        };
        Self::Answer {
            judgement,
            missed: Vec::new(),
            request,
            answer,
        }
    }

    /// The failure of a step that is written at `span`.
    pub(super) fn report(self, redactor: &Redactor, span: &Span) -> Box<Failure> {
        let mut failure = match self {
            Self::Value(diagnostic) => failure(
                Cause::Value,
                vec![from_diagnostic(redactor, diagnostic, span)],
            ),
            Self::Peer { error, request } => peer(redactor, &error, &request, span),
            Self::NoToken { sender, span, why } => no_token(redactor, &sender, &span, &why),
            Self::Answer {
                judgement,
                missed,
                request,
                answer,
            } => {
                return answered(redactor, judgement, missed, &request, &answer, span);
            }
        };
        failure
            .findings
            .dedup_by(|left, right| left.sentence == right.sentence);
        Box::new(failure)
    }
}

/// A failure that one sentence explains.
pub(super) fn plain(redactor: &Redactor, cause: Cause, span: &Span, words: &str) -> Box<Failure> {
    Box::new(failure(cause, vec![finding(redactor, span, words)]))
}

fn peer(redactor: &Redactor, error: &PeerError, request: &Request, span: &Span) -> Failure {
    let cause = match error {
        PeerError::Unsendable(_) => Cause::Value,
        error if error.is_unreachable() => Cause::Unreachable,
        _ => Cause::NoResponse,
    };
    let mut failure = failure(cause, vec![finding(redactor, span, &error.to_string())]);
    failure.exchange = Some(exhibit::exchange(redactor, request, None));
    failure
        .tokens
        .extend(exhibit::sent_token(redactor, request, now()));
    failure
}

fn no_token(redactor: &Redactor, sender: &str, span: &Span, why: &NoToken) -> Failure {
    let reason = match (&why.reason, &why.answer) {
        (NoTokenReason::Peer(error), _) => error.to_string(),
        (NoTokenReason::Refused, Some(answer)) => {
            let status = answer.response.status;
            format!(
                "the token endpoint answers {} {}",
                status.code(),
                status.reason()
            )
        }
        (NoTokenReason::Refused | NoTokenReason::Unreadable, _) => {
            "the token response has no `access_token`".to_owned()
        }
    };
    let words = format!("`{sender}` has no token: {reason}");
    let mut failure = failure(Cause::NoToken, vec![finding(redactor, span, &words)]);
    failure.exchange = Some(exhibit::exchange(
        redactor,
        &why.request,
        why.answer.as_ref(),
    ));
    failure
}

fn answered(
    redactor: &Redactor,
    judgement: Judgement,
    missed: Vec<Mismatch>,
    request: &Request,
    answer: &Answer,
    span: &Span,
) -> Box<Failure> {
    let cause = match (
        judgement.mismatches.is_empty(),
        judgement.diagnostics.is_empty(),
    ) {
        (false, _) => Cause::Expectation,
        (true, false) => Cause::Value,
        (true, true) => Cause::Save,
    };
    let mismatches = judgement.mismatches.into_iter().chain(missed);
    let mut findings: Vec<_> = mismatches
        .map(|mismatch| from_mismatch(redactor, &mismatch))
        .collect();
    let diagnostics = judgement.diagnostics.into_iter();
    findings.extend(diagnostics.map(|diagnostic| from_diagnostic(redactor, diagnostic, span)));
    let mut failure = failure(cause, findings);
    failure.exchange = Some(exhibit::exchange(redactor, request, Some(answer)));
    failure
        .tokens
        .extend(exhibit::sent_token(redactor, request, now()));
    failure.tokens.extend(judgement.tokens);
    Box::new(failure)
}

const fn failure(cause: Cause, findings: Vec<Finding>) -> Failure {
    Failure {
        cause,
        findings,
        exchange: None,
        tokens: Vec::new(),
    }
}

fn finding(redactor: &Redactor, span: &Span, words: &str) -> Finding {
    Finding {
        span: span.clone(),
        sentence: exhibit::line(redactor, words),
        help: None,
    }
}

fn from_mismatch(redactor: &Redactor, mismatch: &Mismatch) -> Finding {
    let Mismatch {
        span,
        place,
        expected,
        actual,
        hint,
    } = mismatch;
    // Each part is shortened by itself, so that a long value hides no other.
    let [place, expected, actual] =
        [place, expected, actual].map(|part| exhibit::line(redactor, part));
    let hint = hint.as_deref().map(|hint| exhibit::line(redactor, hint));
    let mut sentence = format!("{place}: expected {expected}, found {actual}");
    if let Some(hint) = hint {
        sentence.push_str(&format!(" ({hint})"));
    }
    Finding {
        span: span.clone(),
        sentence: redactor.mask(&sentence),
        help: None,
    }
}

fn from_diagnostic(redactor: &Redactor, diagnostic: Diagnostic, span: &Span) -> Finding {
    Finding {
        span: diagnostic.span.unwrap_or_else(|| span.clone()),
        sentence: exhibit::line(redactor, &diagnostic.message),
        help: diagnostic.help.map(|help| exhibit::line(redactor, &help)),
    }
}
