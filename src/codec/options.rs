//! How a stream is encoded: effort, method, frames and groups.

use super::ccsds121;
use super::container::format::{Format, SampleType};
use super::container::frame::MAX_FRAME_BYTES;

/// Raw bytes before a frame that it may refer to if nothing was said.
pub const DEFAULT_HISTORY_BYTES: usize = 64 << 10;

/// How hard the encoder tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effort {
    /// Effort 1. Integers only: fixed predictors and Rice codes.
    Fast,
    /// Effort 5, the default.
    Default,
    /// Effort 9. The smallest output, whatever time it takes.
    Best,
}

impl Effort {
    /// The effort of a level from 1 to 9: 1 to 2, 3 to 6, 7 to 9.
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

/// Which codec a stream's frames may use. What does not shrink is stored, whatever the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// The one that promises the least bytes, per frame: numeric for samples, numeric or LZ for bytes.
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

/// How a stream is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeOptions {
    /// What the bytes are.
    pub format: Format,
    /// How hard to try.
    pub effort: Effort,
    /// Which codec frames may use.
    pub method: Method,
    /// Raw bytes of a frame, [`MIN_FRAME_BYTES`] to [`MAX_FRAME_BYTES`]; rounded down to whole rows.
    pub frame_bytes: usize,
    /// Tells the frames of this stream from those of others; taken from the data if not given.
    pub tag: Option<u16>,
    /// Entries of the index in the end frame; 0 for none.
    pub index_entries: usize,
    /// Parameters of [`Method::Ccsds121`], the same for all frames, each of which begins anew; taken from the format if
    /// not given. Samples lie in containers of [`sample_bytes`](ccsds121::Params::sample_bytes), in the byte order that
    /// `msb` says. A frame with a sample that does not fit its bits, or with part of a container, is stored.
    pub ccsds121: Option<ccsds121::Params>,
    /// Frames of a group, 1 to [`MAX_RESTART_INTERVAL`]. The first frame of a group refers to nothing; each of the others
    /// may refer to the bytes before it, for fewer bytes in all. Damage to a frame then costs the rest of its group,
    /// never more. 1: each frame stands for itself.
    pub restart_interval: u32,
    /// Most raw bytes before a frame that it may refer to, where `restart_interval` is greater than 1: the memory of
    /// encoder and decoder. At most [`MAX_FRAME_BYTES`].
    pub history_bytes: usize,
}

impl EncodeOptions {
    /// The defaults for a format: effort 5, frames of 32 KiB for samples and 64 KiB for bytes, no index.
    #[must_use]
    pub const fn new(format: Format) -> Self {
        let bytes = matches!(format.sample, SampleType::Bytes);
        EncodeOptions {
            format,
            effort: Effort::Default,
            method: Method::Auto,
            frame_bytes: if bytes { 64 << 10 } else { 32 << 10 },
            tag: None,
            index_entries: 0,
            ccsds121: None,
            restart_interval: 1,
            history_bytes: DEFAULT_HISTORY_BYTES,
        }
    }

    /// Raw bytes before a frame that are kept for it: 0 where each frame stands for itself, and never more than the other
    /// frames of a group.
    #[must_use]
    pub const fn history(&self) -> usize {
        let others = self.frame_bytes.saturating_mul(self.restart_interval.saturating_sub(1) as usize);
        // Both together are what a codec sees at once.
        let room = MAX_FRAME_BYTES.saturating_sub(self.frame_bytes);
        let least = if others < room { others } else { room };
        if self.history_bytes < least { self.history_bytes } else { least }
    }

    /// Frames before the one of this number in its group.
    #[must_use]
    pub const fn position(&self, sequence: u32) -> u8 {
        match sequence.checked_rem(self.restart_interval) {
            Some(position) => position as u8,
            None => 0,
        }
    }
}
