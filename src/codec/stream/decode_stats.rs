//! Counts of a decoder.

use super::tally::Tally;

/// What a decoder has read so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecodeStats {
    /// Coded bytes consumed.
    pub coded_bytes: u64,
    /// Raw bytes of valid frames.
    pub raw_bytes: u64,
    /// Valid frames.
    pub frames: u64,
    /// Codecs and glyphs of the valid frames.
    pub tally: Tally,
    /// Frames with a valid header that cannot be decoded because the payload is damaged.
    pub damaged_frames: u64,
    /// Valid frames whose bytes had been decoded before.
    pub repeated_frames: u64,
    /// Valid frames that came later than frames after them in the original.
    pub late_frames: u64,
    /// Valid frames that refer to missing bytes before them.
    pub orphaned_frames: u64,
    /// Valid frames of other streams, which are not decoded.
    pub foreign_frames: u64,
    /// Coded bytes that belong to no valid frame of this stream, or to an orphaned one.
    pub skipped_bytes: u64,
    /// Coded bytes after an end frame that belong to no further stream, where all streams are read.
    pub trailing_bytes: u64,
    /// Bytes checked or moved in the decoder's memory. This is its work besides decoding; it is bounded by a multiple
    /// of `coded_bytes` whatever the content of the stream.
    pub worked_bytes: u64,
    /// Whether the end frame was read; of several streams, the last one's.
    pub ended: bool,
    /// Coded bytes up to the end of the last valid frame of the stream. Once it is complete, its end.
    pub used_bytes: u64,
    /// Complete streams.
    pub streams: u64,
}

impl DecodeStats {
    /// Whether the stream is damaged in any way, including frames out of order.
    #[must_use]
    pub const fn damaged(&self) -> bool {
        self.damaged_frames > 0
            || self.repeated_frames > 0
            || self.late_frames > 0
            || self.orphaned_frames > 0
            || self.foreign_frames > 0
            || self.skipped_bytes > 0
    }
}
