//! Sample sources: files, and generated signals whose samples can be read at any position, with the same result every
//! time.

mod held;
pub(crate) mod latency;
pub(crate) mod melody;
pub(crate) mod number;
mod random;
pub(crate) mod recording;
pub(crate) mod satellite;
pub(crate) mod sigmf;
mod stretches;
pub(crate) mod text;
pub(crate) mod track;
pub(crate) mod wave;

pub(crate) use random::mix;

use crate::library::Samples;

/// A source without its first `skip` samples.
pub(crate) struct Skipped {
    pub(crate) of: Box<dyn Samples>,
    pub(crate) skip: u64,
}

impl Samples for Skipped {
    fn count(&self) -> u64 {
        self.of.count().saturating_sub(self.skip)
    }

    fn channels(&self) -> usize {
        self.of.channels()
    }

    fn read(&mut self, first: u64, room: &mut [f32]) -> Result<usize, String> {
        self.of.read(first + self.skip, room)
    }
}
