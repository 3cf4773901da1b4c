//! Sample sources that the library reads through a callback.

use core::ffi::c_void;

/// The first samples of a source, held in memory.
pub(super) struct Held {
    samples: Vec<f32>,
    channels: usize,
}

impl Held {
    pub(super) fn of(mut source: Box<dyn Samples>, max: u64) -> std::result::Result<Held, String> {
        let (count, channels) = (source.count().min(max), source.channels());
        let mut samples = vec![0.0; count as usize * channels];
        let mut at = 0;
        while at < count {
            at += source.read(at, &mut samples[at as usize * channels..])? as u64;
        }
        Ok(Held { samples, channels })
    }
}

impl Samples for Held {
    fn count(&self) -> u64 {
        (self.samples.len() / self.channels) as u64
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn read(&mut self, first: u64, room: &mut [f32]) -> std::result::Result<usize, String> {
        let from = &self.samples[first as usize * self.channels..];
        let n = from.len().min(room.len());
        room[..n].copy_from_slice(&from[..n]);
        Ok(n / self.channels)
    }
}

/// A source of samples, readable at any position.
pub(crate) trait Samples {
    /// Number of samples.
    fn count(&self) -> u64;
    /// Numbers per sample.
    fn channels(&self) -> usize {
        1
    }
    /// Reads samples into `room`, starting at sample `first`. Returns the number read: at least one, at most what fits.
    fn read(&mut self, first: u64, room: &mut [f32]) -> std::result::Result<usize, String>;
}

/// A source and the message of its last failed read.
pub(super) struct Hook {
    pub(super) samples: Box<dyn Samples>,
    pub(super) error: String,
}

pub(super) unsafe extern "C" fn read_hook(
    ctx: *mut c_void,
    first: u64,
    dst: *mut c_void,
    n: usize,
    got: *mut usize,
) -> i32 {
    // SAFETY: ctx is the Hook that was registered with this function. The library passes room for n
    // samples and a place for the count, and calls from one thread at a time.
    let (hook, room, got) = unsafe { (&mut *ctx.cast::<Hook>(), dst.cast::<f32>(), &mut *got) };
    // SAFETY: as above. A sample has one number per channel, and the input has the same channels.
    let room = unsafe { std::slice::from_raw_parts_mut(room, n * hook.samples.channels()) };
    match hook.samples.read(first, room) {
        Ok(count) => {
            *got = count;
            0
        }
        Err(error) => {
            hook.error = error;
            1
        }
    }
}
