//! Slots: the raw bytes of a frame that is read, and the coded frames that a worker makes of them.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffers; stream positions in 64 bits")]

use crate::checked;
use crate::codec::container::frame::OVERHEAD_BYTES;
use crate::codec::options::EncodeOptions;
use crate::codec::stream::encoder::{Place, encode_frame, payload_of};
use crate::codec::stream::tally::Tally;
use crate::status::Result;
use crate::util::unsigned::Unsigned;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Bytes of the output of a slot: a frame, and a second one for an incomplete row at the end of the stream.
pub(super) const fn out_bytes(options: &EncodeOptions) -> usize {
    options.frame_bytes + 2 * OVERHEAD_BYTES
}

/// A frame between reading and writing.
#[derive(Debug)]
pub(super) struct Slot<'m> {
    /// `past` bytes of history, then the `len` bytes to encode.
    pub raw: &'m mut [u8],
    pub out: &'m mut [u8],
    pub past: usize,
    pub len: usize,
    /// The bytes precede the first row: they form one frame.
    pub head: bool,
    /// Place of the frame in its stream.
    pub place: Place,
    pub encoded: Result<Encoded>,
}

/// Content of the output of a slot: a frame of whole rows, a frame of an incomplete row, or both.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Encoded {
    /// Raw and coded bytes of each frame; 0 where there is only one.
    pub frames: [(usize, usize); 2],
    pub tally: Tally,
    pub time: Duration,
}

impl<'m> Slot<'m> {
    pub(super) fn new(raw: &'m mut [u8], out: &'m mut [u8]) -> Self {
        Slot { raw, out, past: 0, len: 0, head: false, place: Place::default(), encoded: Ok(Encoded::default()) }
    }

    /// Encodes the raw bytes into the output.
    pub(super) fn encode(&mut self, options: &EncodeOptions, work: &mut [u8]) -> Result<()> {
        let start = Instant::now();
        let mut encoded = Encoded::default();
        let row = if self.head { 1 } else { options.format.row_bytes() };
        let whole = self.len - self.len.checked_rem(row).unwrap_or(0);
        let (mut from, mut at, mut place) = (0, 0, self.place);
        for (end, lens) in [whole, self.len].into_iter().zip(&mut encoded.frames) {
            if from == end {
                continue;
            }
            let data = self.raw.get(..self.past + end).unwrap_or(&[]);
            let out = self.out.get_mut(at..).unwrap_or_default();
            let frame = encode_frame(options, place, data, self.past + from, work, out)?;
            encoded.tally.add(frame.codec, options.position(place.sequence), payload_of(out, frame.len));
            *lens = (end - from, frame.len);
            place.sequence = place.sequence.wrapping_add(1);
            place.raw_offset = place.raw_offset.sat_add(checked::count(end - from));
            from = end;
            at += frame.len;
        }
        encoded.time = start.elapsed();
        self.encoded = Ok(encoded);
        Ok(())
    }
}

/// Locks a mutex, also after a panic of another thread: a worker that panics leaves an error in its slot.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Index of the slot that is used for filling number `n`.
pub(super) fn slot_index(slots: usize, n: u64) -> Option<usize> {
    Some(n.checked_rem(checked::count(slots))? as usize)
}
