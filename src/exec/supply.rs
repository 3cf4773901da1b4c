//! The origin of an input's samples: an input buffer or a source.

use crate::digest::Digest;
use crate::io::SourceBox;
use crate::store::input_buffer::InputBuffer;

/// Samples that are pushed, or read from a source.
pub enum Supply<'m> {
    /// Pushed by the caller into an input buffer.
    Pushed(InputBuffer),
    /// Read at any position.
    Source {
        /// The callback that reads.
        source: SourceBox<'m>,
        /// Samples it has now.
        samples: u64,
        /// It may get more samples.
        growing: bool,
    },
}

impl Supply<'_> {
    /// Address of the source, to be checked before the source is called; 0 for an input buffer.
    #[must_use]
    pub fn address(&self) -> usize {
        match self {
            Supply::Pushed(_) => 0,
            Supply::Source { source, .. } => source.address(),
        }
    }

    /// Adds the identity that the source reports. Calls the source.
    pub fn digest_source(&self, d: &mut Digest) {
        if let Supply::Source { source, .. } = self {
            source.digest(d);
        }
    }

    /// Adds the positions.
    pub fn digest(&self, d: &mut Digest) {
        match self {
            Supply::Pushed(buffer) => buffer.digest(d),
            Supply::Source { samples, growing, .. } => d.words([1, *samples, u64::from(*growing)]),
        }
    }

    /// Samples received or readable so far.
    #[must_use]
    pub fn samples(&self) -> u64 {
        match self {
            Supply::Pushed(buffer) => buffer.end(),
            Supply::Source { samples, .. } => *samples,
        }
    }

    /// True when no more samples will come.
    #[must_use]
    pub fn ended(&self) -> bool {
        match self {
            Supply::Pushed(buffer) => buffer.ended,
            Supply::Source { growing, .. } => !growing,
        }
    }

    /// True for an input that is pushed.
    #[must_use]
    pub fn is_pushed(&self) -> bool {
        matches!(self, Supply::Pushed(_))
    }
}

impl core::fmt::Debug for Supply<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let kind = if self.is_pushed() { "Pushed" } else { "Source" };
        f.debug_struct(kind).field("samples", &self.samples()).finish_non_exhaustive()
    }
}
