//! Where the samples of an input come from.

use crate::digest::Digest;
use crate::io::SourceBox;
use crate::store::input_buffer::InputBuffer;

/// Pushed into a ring, or read from a source.
pub enum Supply<'m> {
    /// Pushed by the caller.
    Pushed(InputBuffer),
    /// Read at any position.
    Source {
        /// What reads.
        source: SourceBox<'m>,
        /// Samples it has now.
        samples: u64,
        /// It may get more.
        growing: bool,
    },
}

impl Supply<'_> {
    /// Where the source is found: to be looked at before it is called.
    #[must_use]
    pub fn address(&self) -> usize {
        match self {
            Supply::Pushed(_) => 0,
            Supply::Source { source, .. } => source.address(),
        }
    }

    /// What the source tells of itself. It is called for it.
    pub fn digest_source(&self, d: &mut Digest) {
        if let Supply::Source { source, .. } = self {
            source.digest(d);
        }
    }

    /// How far it has come.
    pub fn digest(&self, d: &mut Digest) {
        match self {
            Supply::Pushed(ring) => ring.digest(d),
            Supply::Source { samples, growing, .. } => d.words([1, *samples, u64::from(*growing)]),
        }
    }

    /// Samples received or readable so far.
    #[must_use]
    pub fn samples(&self) -> u64 {
        match self {
            Supply::Pushed(ring) => ring.end(),
            Supply::Source { samples, .. } => *samples,
        }
    }

    /// True when no more will come.
    #[must_use]
    pub fn ended(&self) -> bool {
        match self {
            Supply::Pushed(ring) => ring.ended,
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
