//! The streams of an input whose start is damaged, and the choice among them.
#![allow(clippy::arithmetic_side_effects, reason = "bytes of frames within a file")]

use crate::codec::container::frame::{Codec, Header, StreamId};

/// Streams that are counted at a time.
const STREAMS: usize = 16;

/// Bytes that may be missing at the start of an input.
const MISSING: u64 = 64 << 10;

/// Valid frames of a stream.
#[derive(Clone, Copy, Debug)]
struct Seen {
    stream: StreamId,
    /// Bytes of its frames.
    bytes: u64,
    /// A frame of raw offset 0 was found: the stream does not begin where the input begins.
    begins_later: bool,
    /// Position in the input of its first valid frame, and in the original.
    at: u64,
    raw_offset: u64,
    /// Its end frame is all that was found of it, and ends the input.
    only_ends: bool,
    /// Position of its end frame in the input; `u64::MAX` before it is found.
    end: u64,
}

impl Seen {
    /// Whether a stream that ended before the first valid frame of this one can be part of what this one lost: all
    /// bytes before that frame can be frames of this stream, which are hardly longer than what they hold.
    fn may_hold(&self, inner: &Seen) -> bool {
        inner.end < self.at && self.at <= self.raw_offset + self.raw_offset / 256 + MISSING / 64
    }
}

/// The streams of an input. If it has more than can be counted, those that begin later give way, then the shortest.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Survey {
    streams: [Option<Seen>; STREAMS],
    first: Option<StreamId>,
    /// The stream and the end of the last damaged frame with a valid header: frames of other streams within it are
    /// part of its payload.
    outer: Option<(StreamId, u64)>,
}

impl Survey {
    /// Notes a frame at position `at` with a valid header and a damaged payload.
    pub(super) fn damaged(&mut self, h: &Header, at: u64) {
        // One within another is part of its payload, too.
        if !self.is_within(h, at) {
            self.outer = Some((h.stream, at + h.frame_len() as u64));
        }
    }

    /// Whether a frame lies in a damaged frame of another stream.
    fn is_within(&self, h: &Header, at: u64) -> bool {
        self.outer.is_some_and(|(stream, end)| stream != h.stream && at + h.frame_len() as u64 <= end)
    }

    /// Counts a valid frame at position `at`, which may be the last of the input.
    pub(super) fn add(&mut self, h: &Header, at: u64, last: bool) {
        if self.is_within(h, at) {
            return;
        }
        self.first.get_or_insert(h.stream);
        let known = self.streams.iter().position(|s| s.is_some_and(|s| s.stream == h.stream));
        let rank = |s: &Option<Seen>| s.map(|s| (!s.begins_later, s.bytes));
        let place = known.or_else(|| (0..STREAMS).min_by_key(|i| self.streams.get(*i).and_then(rank)));
        let Some(slot) = place.and_then(|i| self.streams.get_mut(i)) else { return };
        let (stream, raw_offset) = (h.stream, h.raw_offset);
        let new = Seen { stream, bytes: 0, begins_later: false, at, raw_offset, only_ends: false, end: u64::MAX };
        let mut seen = slot.filter(|s| s.stream == h.stream).unwrap_or(new);
        seen.only_ends = last && seen.bytes == 0 && h.codec == Codec::End;
        seen.bytes += h.frame_len() as u64;
        seen.begins_later |= h.raw_offset == 0;
        if h.codec == Codec::End {
            seen.end = at;
        }
        *slot = Some(seen);
    }

    /// The stream that begins at the start of an input, which is a sync marker if `synced`.
    pub(super) fn chosen(&self, synced: bool) -> Option<StreamId> {
        let lost = self.streams.iter().flatten().filter(|s| !s.begins_later);
        // One damage at the start explains an inner stream, but not two streams without their first frames.
        let lost_its_first = lost.clone().filter(|s| !lost.clone().any(|outer| outer.may_hold(s)));
        let earliest = lost_its_first.clone().map(|s| s.at).min();
        // What a stream lost at the start was compressed if it is much shorter than its part of the original, also if
        // some bytes are missing. It then does not hold the frames of another stream that are found there.
        let stored = |s: &&Seen| s.at + s.at / 4 + MISSING >= s.raw_offset;
        let may_be = lost_its_first.filter(|s| stored(s) || Some(s.at) == earliest || s.only_ends);
        let longest = may_be.max_by_key(|s| (s.only_ends, s.bytes)).map(|s| s.stream);
        longest.or(if synced { None } else { self.first })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::container::format::Format;

    fn frame(identity: u64, raw_offset: u64, payload_len: u32) -> Header {
        let stream = StreamId::new(identity);
        Header { codec: Codec::Lz, position: 0, format: Format::BYTES, stream, raw_offset, raw_len: 9000, payload_len }
    }

    /// A recording over a longer one, whose start was compressed: it cannot be part of that.
    #[test]
    fn a_recording_over_a_longer_one_is_chosen() {
        let mut s = Survey::default();
        (1..40).for_each(|i| s.add(&frame(1, 9000 * i, 4000), 4100 * i, false));
        (40..400).for_each(|i| s.add(&frame(2, 9000 * i, 4000), 4100 * i, false));
        assert_eq!(s.chosen(true), Some(StreamId::new(1)));
    }

    /// An archive in two frames: the start of the first one is lost, and that of a stream within it.
    #[test]
    fn an_inner_stream_that_ended_is_not_chosen() {
        let end = |h: Header| Header { codec: Codec::End, raw_len: 0, payload_len: 4, ..h };
        let mut s = Survey::default();
        s.add(&frame(1, 9000, 8000), 300, false);
        s.add(&end(frame(1, 18_000, 0)), 8339, false);
        s.add(&frame(2, 9000, 4000), 9020, false);
        s.add(&end(frame(2, 13_000, 0)), 13_059, true);
        assert_eq!(s.chosen(true), Some(StreamId::new(2)));
        // A stream after another one does not have room for it.
        let mut s = Survey::default();
        s.add(&frame(1, 9000, 8000), 300, false);
        s.add(&end(frame(1, 18_000, 0)), 8339, false);
        s.add(&frame(2, 9000, 4000), 18_020, false);
        assert_eq!(s.chosen(true), Some(StreamId::new(1)));
    }

    #[test]
    fn frames_within_damaged_frames_do_not_count() {
        let mut s = Survey::default();
        s.damaged(&frame(7, 9000, 5000), 2000);
        s.damaged(&frame(8, 9000, 300), 2500);
        s.add(&frame(8, 9000, 4000), 2600, false);
        assert_eq!(s.chosen(true), None);
        s.add(&frame(7, 18_000, 10), 7039, false);
        s.add(&frame(8, 9000, 4000), 9000, false);
        assert_eq!(s.chosen(true), Some(StreamId::new(8)));
        // An end frame alone, at the end: an outer stream of which nothing else is left.
        let end = Header { codec: Codec::End, raw_len: 0, ..frame(9, 50_000, 4) };
        s.add(&end, 20_000, false);
        assert_eq!(s.chosen(true), Some(StreamId::new(8)));
        let mut s = Survey { streams: s.streams.map(|s| s.filter(|s| s.stream.identity != 9)), ..s };
        s.add(&end, 20_000, true);
        assert_eq!(s.chosen(true), Some(StreamId::new(9)));
    }

    #[test]
    fn the_longest_stream_without_its_first_frame_is_chosen() {
        let mut s = Survey::default();
        assert_eq!(s.chosen(false), None);
        // Streams within the first frame of the outer one, more than can be counted.
        for identity in 100..200 {
            s.add(&frame(identity, 0, 8000), 0, false);
            s.add(&frame(identity, 9000, 8000), 0, false);
        }
        assert_eq!((s.chosen(true), s.chosen(false)), (None, Some(StreamId::new(100))));
        s.add(&frame(7, 9000, 300), 9039, false);
        assert_eq!(s.chosen(true), Some(StreamId::new(7)));
        s.add(&frame(8, 18_000, 200), 20_000, false);
        assert_eq!(s.chosen(true), Some(StreamId::new(7)));
        (0..3).for_each(|i| s.add(&frame(8, 27_000 + 9000 * i, 100), 40_000, false));
        assert_eq!(s.chosen(true), Some(StreamId::new(8)));
    }
}
