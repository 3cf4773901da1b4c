//! Sources of samples and sinks of rows: the traits, and their implementations on files of the host.

#[cfg(feature = "std")]
pub mod file;
#[cfg(feature = "std")]
pub mod host;
#[cfg(feature = "std")]
mod path;
#[cfg(feature = "std")]
pub mod replace;
#[cfg(feature = "std")]
mod temporary;

use crate::digest::Digest;
use crate::kernel::Code;
use crate::mem::{Inline, inline_of};

/// Samples that can be read at any position, any number of times.
pub trait Source {
    /// Fills `out` with samples from sample `first` on and returns their number. Fewer samples than fit mean that the
    /// rest needs another call; 0 is an error. `out` is a whole number of samples of `sample_bytes` bytes.
    fn read(&mut self, first: u64, out: &mut [u8], sample_bytes: usize) -> Result<usize, Code>;

    /// The first gap that ends after sample `from`: its first sample and its end (exclusive). [`Source::read`] is not
    /// called for samples in gaps.
    fn gap(&mut self, from: u64) -> Result<Option<(u64, u64)>, Code> {
        let _ = from;
        Ok(None)
    }

    /// Adds the constant data of the source to `sum`, so that a flipped bit in it is found.
    fn digest(&self, sum: &mut Digest) {
        let _ = sum;
    }
}

/// Receives finished rows, whole blocks at a time.
pub trait Sink {
    /// Receives `rows` rows, the first of which is row `first`. After an error the same rows are delivered again.
    fn rows(&mut self, first: u64, rows: usize, bytes: &[u8]) -> Result<(), Code>;

    /// Adds the constant data of the sink to `sum`, so that a flipped bit in it is found.
    fn digest(&self, sum: &mut Digest) {
        let _ = sum;
    }
}

/// The caller's clock.
pub trait Clock {
    /// Nanoseconds since any fixed time.
    fn now(&self) -> u64;

    /// Adds the constant data of the clock to `sum`, so that a flipped bit in it is found.
    fn digest(&self, sum: &mut Digest) {
        let _ = sum;
    }
}

/// Bytes that are read in order.
pub trait ByteSource {
    /// Fills the start of `out`, which is not empty, and returns the number of bytes; 0 at the end.
    fn read(&mut self, out: &mut [u8]) -> crate::status::Result<usize>;
}

/// Receives bytes.
pub trait ByteSink {
    /// Writes all of `bytes` at position `offset`.
    fn write(&mut self, offset: u64, bytes: &[u8]) -> crate::status::Result<()>;
}

/// A source stored in place.
pub type SourceBox<'m> = Inline<dyn Source + 'm, 8>;
inline_of!(Source, 8);

/// A clock stored in place.
pub type ClockBox<'m> = Inline<dyn Clock + 'm, 2>;
inline_of!(Clock, 2);

/// A sink stored in place.
pub type SinkBox<'m> = Inline<dyn Sink + 'm, 8>;
inline_of!(Sink, 8);
