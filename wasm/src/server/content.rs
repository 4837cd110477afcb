//! The content of one request, of which no more is kept than the limit.

use touchmark_core::http::{Body, Headers};

/// How many times the limit is read of content that is refused. A client that
/// is still sending would see a broken connection instead of the refusal.
const PATIENCE: usize = 4;

/// Content as it arrives.
pub(crate) struct Content {
    limit: usize,
    seen: usize,
    /// What arrived, unless it is too much.
    kept: Option<Vec<u8>>,
}

/// What to do with the next part of content.
pub(crate) enum Part<'a> {
    /// It belongs here, byte for byte.
    Kept(&'a mut [u8]),
    /// It is let go, and so is what follows, but it is read.
    Dropped,
    /// Nobody waits for the rest.
    Hopeless,
}

impl Content {
    /// Content whose length may be declared; then it is not kept in vain.
    pub(crate) fn expected(headers: &Headers, limit: usize) -> Self {
        let declared = headers
            .first("content-length")
            .and_then(|length| length.parse::<u64>().ok());
        let kept = match declared {
            Some(length) if length > limit as u64 => None,
            _ => Some(Vec::new()),
        };
        Self {
            limit,
            seen: 0,
            kept,
        }
    }

    /// Makes room for a part of this length.
    pub(crate) fn part(&mut self, length: usize) -> Part<'_> {
        let start = self.seen;
        self.seen = start.saturating_add(length);
        if self.seen > self.limit {
            self.kept = None;
        }
        if self.seen > self.limit.saturating_mul(PATIENCE) {
            return Part::Hopeless;
        }
        match &mut self.kept {
            Some(bytes) => {
                bytes.resize(self.seen, 0);
                Part::Kept(&mut bytes[start..])
            }
            None => Part::Dropped,
        }
    }

    /// The content, once all of it arrived or nobody waits for the rest.
    pub(crate) fn body(self) -> Body {
        self.kept.map_or(Body::TooLarge, Body::Whole)
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, Part};
    use touchmark_core::http::{Body, Headers};

    fn declared(length: &str, limit: usize) -> Content {
        let mut headers = Headers::new();
        headers.append("content-length", length);
        Content::expected(&headers, limit)
    }

    fn take(content: &mut Content, part: &[u8]) -> bool {
        match content.part(part.len()) {
            Part::Kept(room) => room.copy_from_slice(part),
            Part::Dropped => {}
            Part::Hopeless => return false,
        }
        true
    }

    #[test]
    fn parts_become_one_content_up_to_the_limit() {
        let mut content = declared("4", 4);
        assert!(take(&mut content, b"ab") && take(&mut content, b"") && take(&mut content, b"cd"));
        assert_eq!(content.body(), Body::Whole(b"abcd".to_vec()));
    }

    #[test]
    fn content_beyond_the_limit_is_read_and_not_kept() {
        let mut content = Content::expected(&Headers::new(), 4);
        assert!(take(&mut content, b"abcd") && take(&mut content, b"e"));
        assert!(content.kept.is_none());
        assert_eq!(content.body(), Body::TooLarge);
    }

    #[test]
    fn content_that_says_it_is_too_long_is_never_kept() {
        let mut content = declared("5", 4);
        assert!(take(&mut content, b"a"));
        assert!(content.kept.is_none());
        assert_eq!(content.body(), Body::TooLarge);
    }

    #[test]
    fn a_length_that_is_no_number_is_no_length() {
        assert_eq!(declared("-1", 4).body(), Body::Whole(Vec::new()));
    }

    #[test]
    fn nobody_waits_for_content_without_end() {
        let mut content = Content::expected(&Headers::new(), 4);
        for _ in 0..4 {
            assert!(take(&mut content, b"abcd"));
        }
        assert!(!take(&mut content, b"e"));
        assert_eq!(content.body(), Body::TooLarge);
    }
}
