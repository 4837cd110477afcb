//! The content of requests: at most so much of one, at most so much of all,
//! and not for ever. Content beyond the limit is never kept; it is read and
//! dropped for a while, because a client that is still sending would otherwise
//! lose the connection before it reads the refusal.

use core::time::Duration;
use std::sync::Arc;

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use touchmark_core::http::Body;

/// The most bytes of refused content that are read and dropped.
const MAX_DROPPED: usize = 128 * 1024 * 1024;

/// Reads content within limits.
pub(super) struct Buffers {
    /// Room for content, in bytes.
    room: Arc<Semaphore>,
    /// The most bytes of one content.
    most: usize,
    /// How long reading one may take.
    within: Duration,
}

/// Content that was read, and the room it takes until it is dropped.
pub(super) struct Held {
    pub(super) body: Body,
    _room: Option<OwnedSemaphorePermit>,
}

/// Why content was not read although it may be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// Others take all the room.
    NoRoom,
    /// It took too long.
    TooSlow,
}

/// Whether a client waits for permission to send its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    /// It sends at once.
    AtOnce,
    /// It said `Expect: 100-continue`; reading gives the permission.
    WhenAsked,
}

impl Buffers {
    pub(super) fn new(room: usize, most: usize, within: Duration) -> Self {
        Self {
            room: Arc::new(Semaphore::new(room.min(Semaphore::MAX_PERMITS))),
            most,
            within,
        }
    }

    /// Reads the content of one request.
    pub(super) async fn read(
        &self,
        mut content: Incoming,
        sending: Sending,
    ) -> Result<Held, Unread> {
        if content.is_end_stream() {
            return Ok(Held::without_room(Body::Whole(Vec::new())));
        }
        if content.size_hint().lower() > self.most as u64 {
            // Who asks first is refused before anything is sent.
            if sending == Sending::AtOnce {
                self.drop_rest(content);
            }
            return Ok(Held::without_room(Body::TooLarge));
        }
        let read = tokio::time::timeout(self.within, self.collect(&mut content)).await;
        match read {
            Err(_) => Err(Unread::TooSlow),
            Ok(Ok(held)) => {
                if matches!(held.body, Body::TooLarge) {
                    self.drop_rest(content);
                }
                Ok(held)
            }
            Ok(Err(unread)) => {
                self.drop_rest(content);
                Err(unread)
            }
        }
    }

    async fn collect(&self, content: &mut Incoming) -> Result<Held, Unread> {
        let mut bytes = Vec::new();
        let mut room: Option<OwnedSemaphorePermit> = None;
        while let Some(frame) = content.frame().await {
            let Ok(frame) = frame else {
                return Ok(Held::without_room(Body::Broken));
            };
            // Trailers say nothing that is listened to.
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if data.len() > self.most - bytes.len() {
                return Ok(Held::without_room(Body::TooLarge));
            }
            let more = u32::try_from(data.len()).map_err(|_| Unread::NoRoom)?;
            let more = Arc::clone(&self.room)
                .try_acquire_many_owned(more)
                .map_err(|_| Unread::NoRoom)?;
            match &mut room {
                Some(room) => room.merge(more),
                None => room = Some(more),
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Held {
            body: Body::Whole(bytes),
            _room: room,
        })
    }

    /// Reads and drops what a refused client still sends.
    fn drop_rest(&self, mut content: Incoming) {
        let within = self.within;
        tokio::spawn(async move {
            let mut left = MAX_DROPPED;
            let _ = tokio::time::timeout(within, async {
                while let Some(Ok(frame)) = content.frame().await {
                    let length = frame.data_ref().map_or(0, |data| data.len());
                    match left.checked_sub(length) {
                        Some(rest) => left = rest,
                        None => break,
                    }
                }
            })
            .await;
        });
    }
}

impl Held {
    const fn without_room(body: Body) -> Self {
        Self { body, _room: None }
    }
}
