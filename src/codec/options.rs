//! Options of encoders and decoders: effort, method, frames and groups; limits and recovery.

use super::ccsds121;
use super::container::format::{Format, SampleType};
use super::container::frame::MAX_FRAME_BYTES;

/// Default of [`EncodeOptions::history_bytes`].
pub const DEFAULT_HISTORY_BYTES: usize = 64 << 10;

/// Effort of the encoder: speed against size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effort {
    /// Effort 1. Integers only: fixed predictors and Rice codes.
    Fast,
    /// Effort 5, the default.
    Default,
    /// Effort 9. The smallest output, regardless of time.
    Best,
}

impl Effort {
    /// The effort of a level: 1 to 2 fast, 3 to 6 default, 7 to 9 best. `None` for other levels.
    #[must_use]
    pub const fn from_level(level: u32) -> Option<Self> {
        match level {
            1..=2 => Some(Effort::Fast),
            3..=6 => Some(Effort::Default),
            7..=9 => Some(Effort::Best),
            _ => None,
        }
    }
}

/// Codec that the frames of a stream may use. With every method, a frame that does not shrink is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Per frame, the codec with the smallest expected output: numeric for samples, numeric or LZ for bytes.
    Auto,
    /// The numeric codec.
    Numeric,
    /// The LZ codec.
    Lz,
    /// CCSDS 121.0-B-3, by [`EncodeOptions::ccsds121`]. Samples of 64 bits are coded as words of 32.
    Ccsds121,
    /// No coding.
    Stored,
}

/// Options of an encoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeOptions {
    /// Format of the raw bytes.
    pub format: Format,
    /// Effort.
    pub effort: Effort,
    /// Codec that frames may use.
    pub method: Method,
    /// Raw bytes of a frame, [`MIN_FRAME_BYTES`](super::container::frame::MIN_FRAME_BYTES) to [`MAX_FRAME_BYTES`];
    /// rounded down to whole rows.
    pub frame_bytes: usize,
    /// Distinguishes the frames of this stream from those of every other stream: earlier ones on the same medium, and
    /// those within its payloads. `None`: a hash of the first frame, which streams that begin alike have in common.
    pub identity: Option<u64>,
    /// Maximum number of entries of the index in the end frame; 0 for no index.
    pub index_entries: usize,
    /// Parameters of [`Method::Ccsds121`] for all frames, each of which starts a new coded stream. Derived from the
    /// format if `None`. Samples are in containers of [`sample_bytes`](ccsds121::Params::sample_bytes) bytes, in the
    /// byte order of `msb`. A frame with a sample that does not fit its bits, or with an incomplete container, is
    /// stored.
    pub ccsds121: Option<ccsds121::Params>,
    /// Frames per group, 1 to [`MAX_RESTART_INTERVAL`](super::container::frame::MAX_RESTART_INTERVAL). The first frame
    /// of a group can be decoded alone; each later one may refer to the bytes before it, which makes the output
    /// smaller. Damage to a frame then affects the rest of its group, never more. 1: every frame can be decoded alone.
    pub restart_interval: u32,
    /// Maximum number of raw bytes before a frame that it may refer to, where `restart_interval` is greater than 1.
    /// Encoder and decoder need memory for them. At most [`MAX_FRAME_BYTES`].
    pub history_bytes: usize,
    /// Bytes of the original before the first row, such as the header of a file. They are in frames of their own, so
    /// that every frame after them begins with a row.
    pub head_bytes: u64,
    /// Position in the original of the first byte; above 0 where a stream that was cut off is continued.
    pub first: u64,
    /// Bytes of the stream before the first frame, which positions in the index include.
    pub stream_bytes: u64,
}

impl EncodeOptions {
    /// Defaults for a format: effort 5, frames of 32 KiB for samples and 64 KiB for bytes, no index, no groups.
    #[must_use]
    pub const fn new(format: Format) -> Self {
        let bytes = matches!(format.sample, SampleType::Bytes);
        EncodeOptions {
            format,
            effort: Effort::Default,
            method: Method::Auto,
            frame_bytes: if bytes { 64 << 10 } else { 32 << 10 },
            identity: None,
            index_entries: 0,
            ccsds121: None,
            restart_interval: 1,
            history_bytes: DEFAULT_HISTORY_BYTES,
            head_bytes: 0,
            first: 0,
            stream_bytes: 0,
        }
    }

    /// Number of raw bytes before a frame that are kept for it: at most [`EncodeOptions::history_bytes`] and the other
    /// frames of a group; 0 without groups.
    #[must_use]
    pub const fn history(&self) -> usize {
        let group = self.frame_bytes.saturating_mul(self.restart_interval.saturating_sub(1) as usize);
        // The history and the frame together are the input of a codec.
        let room = MAX_FRAME_BYTES.saturating_sub(self.frame_bytes);
        let max = if group < room { group } else { room };
        if self.history_bytes < max { self.history_bytes } else { max }
    }

    /// Number of frames of the group before frame number `sequence`.
    #[must_use]
    pub const fn position(&self, sequence: u32) -> u8 {
        match sequence.checked_rem(self.restart_interval) {
            Some(position) => position as u8,
            None => 0,
        }
    }
}

/// Options of a decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeOptions {
    /// Maximum number of raw bytes of a frame; larger frames are refused.
    pub max_frame_bytes: usize,
    /// Continue after damage with the next valid frame.
    pub recover: bool,
    /// Position in the original from which on the caller needs bytes; frames before it are skipped.
    pub start: u64,
    /// The identity of the stream, whatever its version. `None`: the stream that begins at the start of the input.
    pub identity: Option<u64>,
    /// Read all streams that follow one another. The original is the concatenation of theirs.
    pub all: bool,
    /// Maximum number of missing ranges that are listed.
    pub max_holes: usize,
    /// Maximum number of raw bytes before a frame that it may refer to; frames that refer to more are refused. For a
    /// stream that was encoded with a `restart_interval` above 1 use its [`EncodeOptions::history`]. 0: none.
    pub history_bytes: usize,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        DecodeOptions {
            max_frame_bytes: 64 << 10,
            recover: false,
            start: 0,
            identity: None,
            all: false,
            max_holes: 64,
            history_bytes: 0,
        }
    }
}
