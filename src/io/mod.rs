//! Where samples come from and where rows go: the two traits, and the host's files behind them.

#[cfg(feature = "std")]
pub mod file;
#[cfg(feature = "std")]
pub mod host;
#[cfg(feature = "std")]
pub mod replace;

use crate::digest::Digest;
use crate::kernel::Code;
use crate::mem::Inline;

/// Samples that can be read at any position, again and again.
pub trait Source {
    /// Fills `out` with samples from number `first` on and says how many it wrote; fewer only if the rest has to be
    /// asked for again, none only in trouble. `out` is a whole number of samples of `sample_bytes` bytes.
    fn read(&mut self, first: u64, out: &mut [u8], sample_bytes: usize) -> Result<usize, Code>;

    /// What the source holds and never changes, so that a flipped bit in it is found.
    fn digest(&self, sum: &mut Digest) {
        let _ = sum;
    }
}

/// Takes finished rows, whole blocks at a time.
pub trait Sink {
    /// Takes `rows` rows, the first being row `first`. After an error the same rows are offered again.
    fn rows(&mut self, first: u64, rows: usize, bytes: &[u8]) -> Result<(), Code>;
}

/// Bytes that come one after another.
pub trait ByteSource {
    /// Fills the start of `out`, which is not empty, and says how much of it; nothing at the end.
    fn read(&mut self, out: &mut [u8]) -> crate::status::Result<usize>;
}

/// Where bytes go.
pub trait ByteSink {
    /// Takes all of `bytes`, which belong to position `offset`.
    fn write(&mut self, offset: u64, bytes: &[u8]) -> crate::status::Result<()>;
}

/// A source stored in place.
pub type SourceBox<'m> = Inline<dyn Source + 'm, 8>;

/// A sink stored in place.
pub type SinkBox<'m> = Inline<dyn Sink + 'm, 8>;
