//! Which stream the decoder reads: `docs/formats/container.md`, section 11.1.

use crate::codec::container::frame;
use crate::codec::container::frame::{HEADER_BYTES, Header, StreamId};

/// Streams that are known not to begin where the input begins.
const EXCLUDED: usize = 4;

/// Damaged headers that are repaired at most.
const REPAIRS: u32 = 16;

/// Whether a frame belongs to the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    Yes,
    /// The stream is not known yet. A valid payload decides.
    Maybe,
    No,
}

/// The choice of a stream.
#[derive(Debug)]
pub(super) struct Choice {
    /// Identity given by the caller.
    given: Option<u64>,
    stream: Option<StreamId>,
    /// Whether the stream was found after the start of the input.
    uncertain: bool,
    /// Whether the input begins with a sync marker.
    synced: bool,
    /// The last streams found to begin later than the input.
    excluded: [Option<StreamId>; EXCLUDED],
    next: usize,
    /// Whether a valid frame of the stream was found.
    frames: bool,
    /// Damaged headers that may still be repaired: the work for them is bounded.
    repairs: u32,
}

impl Choice {
    pub(super) const fn new(given: Option<u64>) -> Self {
        Choice {
            given,
            stream: None,
            uncertain: false,
            synced: false,
            excluded: [None; EXCLUDED],
            next: 0,
            frames: false,
            repairs: REPAIRS,
        }
    }

    /// The stream is complete, and another one may follow.
    pub(super) const fn renew(&mut self, given: Option<u64>) {
        *self = Choice { repairs: self.repairs, ..Choice::new(given) };
    }

    /// Whether a valid frame of the stream was found.
    pub(super) const fn has_frames(&self) -> bool {
        self.frames
    }

    /// The stream, once it is known.
    pub(super) const fn stream(&self) -> Option<StreamId> {
        self.stream
    }

    /// Whether it follows from frames after the start of the input alone.
    pub(super) const fn is_uncertain(&self) -> bool {
        self.uncertain
    }

    /// Sets the stream.
    pub(super) const fn set(&mut self, stream: StreamId, uncertain: bool) {
        self.stream = Some(stream);
        self.uncertain = uncertain;
    }

    /// Considers what the input begins with: a header, or one with a changed byte.
    pub(super) fn begin(&mut self, bytes: &[u8]) {
        self.synced = frame::begins_with_sync(bytes);
        if self.given.is_some() || self.stream.is_some() || !self.synced {
            return;
        }
        let mut found = Header::parse(bytes);
        if found.is_none() && self.repairs > 0 {
            self.repairs = self.repairs.saturating_sub(1);
            found = bytes.first_chunk::<HEADER_BYTES>().and_then(frame::repaired);
        }
        if let Some(h) = found {
            self.set(h.stream, false);
        }
    }

    /// Whether a frame with a valid header belongs to the stream.
    pub(super) fn member(&self, h: &Header) -> Member {
        if let Some(stream) = self.stream {
            return if stream == h.stream { Member::Yes } else { Member::No };
        }
        match self.given {
            Some(identity) if identity == h.stream.identity => Member::Yes,
            Some(_) => Member::No,
            None if self.synced && (h.raw_offset == 0 || self.excluded.contains(&Some(h.stream))) => Member::No,
            None => Member::Maybe,
        }
    }

    /// Records a valid frame of the stream.
    pub(super) fn accept(&mut self, h: &Header) {
        self.frames = true;
        if self.stream.is_none() {
            self.set(h.stream, self.given.is_none());
        }
    }

    /// Records a valid frame of another stream.
    pub(super) fn refuse(&mut self, h: &Header) {
        let known = self.stream.is_some() || self.excluded.contains(&Some(h.stream));
        if known || self.given.is_some() || h.raw_offset > 0 {
            return;
        }
        if let Some(slot) = self.excluded.get_mut(self.next) {
            *slot = Some(h.stream);
        }
        self.next = self.next.wrapping_add(1) % EXCLUDED;
    }
}
