//! Masking of known secrets in one pass over a text.
//!
//! Secrets arrive while a run goes on. They are compiled only when something is
//! about to be shown, into automata whose sizes grow geometrically, so that
//! learning ten thousand secrets costs about as much as knowing them at once.

use super::view::View;
use super::{Secret, forms};
use aho_corasick::{AhoCorasick, MatchKind};
use core::fmt;
use core::ops::Range;
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// Text that may be shown: every secret known when it was made is masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Masked(String);

impl Masked {
    /// Text of the program's own, which cannot hold a secret.
    #[must_use]
    pub fn fixed(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The beginning of the text, up to about so many bytes, with a mark if
    /// there is more. Masking comes first, so no secret is cut in two.
    #[must_use]
    pub fn shortened(&self, bytes: usize) -> Self {
        if self.0.len() <= bytes {
            return self.clone();
        }
        Self(format!("{}…", &self.0[..self.0.floor_char_boundary(bytes)]))
    }

    /// Whether there is no text.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Knows the secrets of a run and masks them.
#[derive(Default)]
pub struct Redactor(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Fingerprints are not enough here: two secrets may collide.
    learned: HashSet<Box<str>>,
    pending: Vec<forms::Form>,
    compiled: Vec<Compiled>,
}

struct Compiled {
    automaton: AhoCorasick,
    forms: Vec<forms::Form>,
}

impl Redactor {
    /// Knows no secret yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on this secret is masked.
    pub fn learn(&self, secret: &Secret) {
        let mut known = self.known();
        if known.learned.insert(secret.reveal().into()) {
            known.pending.extend(forms::of(secret.reveal()));
        }
    }

    /// The text with every known secret masked.
    #[must_use]
    pub fn mask(&self, text: &str) -> Masked {
        Masked(self.masked(text).into_owned())
    }

    /// As [`Self::mask`], borrowing when there is nothing to mask.
    pub(super) fn masked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let found = self.known().find(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut masked = String::with_capacity(text.len());
        let mut rest = 0;
        for secret in found {
            masked.push_str(&text[rest..secret.start]);
            masked.push_str(MASK);
            rest = secret.end;
        }
        masked.push_str(&text[rest..]);
        Cow::Owned(masked)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // A panic elsewhere must not switch masking off.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// The disjoint places of secrets in a text, in order.
    fn find(&mut self, text: &str) -> Vec<Range<usize>> {
        self.compile_pending();
        let mut found = Vec::new();
        for Compiled { automaton, forms } in &self.compiled {
            let views = [
                Some(View::plain(text)),
                View::without_percent(text),
                View::without_json(text),
            ];
            for view in views.into_iter().flatten() {
                for hit in automaton.find_overlapping_iter(view.bytes()) {
                    let form = &forms[hit.pattern().as_usize()];
                    found.push(view.origin(with_edges(view.bytes(), hit.range(), form)));
                }
            }
        }
        found.sort_unstable_by_key(|range| range.start);
        found.dedup_by(|next, kept| {
            let overlap = next.start < kept.end;
            if overlap {
                kept.end = kept.end.max(next.end);
            }
            overlap
        });
        found
    }

    fn compile_pending(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let mut forms = core::mem::take(&mut self.pending);
        while self
            .compiled
            .last()
            .is_some_and(|last| last.forms.len() <= 2 * forms.len())
        {
            forms.extend(
                self.compiled
                    .pop()
                    .map(|last| last.forms)
                    .unwrap_or_default(),
            );
        }
        forms.sort();
        forms.dedup();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(forms.iter().map(|form| &form.text))
            .expect("the forms of all secrets fit into an automaton of 2^31 states");
        self.compiled.push(Compiled { automaton, forms });
    }
}

/// A match with the characters beside it that carry bits of the secret.
fn with_edges(text: &[u8], hit: Range<usize>, form: &forms::Form) -> Range<usize> {
    let is_base64 = |at: usize| {
        text.get(at).is_some_and(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
        })
    };
    let before = form.before && hit.start.checked_sub(1).is_some_and(is_base64);
    let after = form.after && is_base64(hit.end);
    hit.start - usize::from(before)..hit.end + usize::from(after)
}
