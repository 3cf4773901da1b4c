//! The encoder: gathers blocks from input pieces of any length, and writes coded bytes to output pieces of any length.

use super::params::{Layout, MAX_BLOCK, Params};
use super::step::StepResult;
use super::{block_encode, sample};
use crate::codec::word_writer::WordWriter;
use crate::status::{Error, Result, Status};
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// Blocks per segment: a run of zero blocks does not cross the end of a segment.
const SEGMENT: u32 = 64;

/// Upper bound of the bytes of one block: the longest run of zero blocks, a block, and the spare bytes of the writer.
const BLOCK_CODED_MAX: usize = MAX_BLOCK * 4 + 64;

/// A run of zero blocks that is not yet written.
#[derive(Clone, Copy, Debug, Default)]
struct Zeros {
    blocks: u32,
    reference: Option<u32>,
}

/// State of the encoder between blocks.
#[derive(Clone, Debug)]
struct Coder {
    layout: Layout,
    /// k of the last block that was not zero.
    k: u32,
    /// The last sample.
    last: u32,
    /// Index of the next block in its reference interval.
    index: u32,
    zeros: Zeros,
    /// Bits of the incomplete byte, at its top, and their number.
    head: u8,
    head_bits: u32,
}

impl Coder {
    /// Encodes one whole block. Returns the number of bytes completed.
    fn block(&mut self, containers: &[u8], out: &mut [u8]) -> Result<usize> {
        match self.layout.block {
            8 => self.block_of::<8>(containers, out),
            16 => self.block_of::<16>(containers, out),
            32 => self.block_of::<32>(containers, out),
            64 => self.block_of::<64>(containers, out),
            _ => self.block_of::<MAX_BLOCK>(containers, out),
        }
    }

    /// Encodes a block with room for `N` samples, so that the compiler knows the common block lengths.
    fn block_of<const N: usize>(&mut self, containers: &[u8], out: &mut [u8]) -> Result<usize> {
        let l = self.layout;
        let len = if N < MAX_BLOCK { N } else { l.block };
        let (mut samples, mut residuals) = ([0u32; N], [0u32; N]);
        let (Some(samples), Some(block)) = (samples.get_mut(..len), residuals.get_mut(..len)) else {
            return Err(INTERNAL);
        };
        if !sample::read(&l, containers, samples) {
            return Err(Error::new(
                Status::Range,
                "a sample does not fit {a} bits: raise bits, or set SQS_CCSDS121_SIGNED",
            )
            .a(l.bits));
        }
        let first = if l.preprocess && self.index == 0 { samples.first().copied() } else { None };
        // A reference sample predicts itself: its residual is 0. It is stored in two's complement
        // if signed.
        let reference = first.map(|u| u.wrapping_sub(l.offset) & l.max);
        let all = if l.preprocess {
            sample::residuals(l.max, first.unwrap_or(self.last), samples, block)
        } else {
            block.put(samples);
            block.iter().fold(0, |a, d| a | d)
        };
        self.last = samples.last().copied().unwrap_or(0);

        self.index = self.index.wrapping_add(1);
        let interval_ends = self.index == l.rsi;
        let mut w = WordWriter::resume(out, self.head, self.head_bits);
        if all == 0 {
            if self.zeros.blocks == 0 {
                self.zeros.reference = reference;
            }
            self.zeros.blocks = self.zeros.blocks.wrapping_add(1);
            if interval_ends || self.index.is_multiple_of(SEGMENT) {
                self.write_zeros(&mut w, true);
            }
        } else {
            self.write_zeros(&mut w, false);
            block_encode::write(&l, &mut w, block, all, reference, &mut self.k);
        }
        if interval_ends {
            self.index = 0;
            if l.pad_rsi {
                w.align();
            }
        }
        self.suspend(w)
    }

    /// Writes the pending run of zero blocks, and pads the last byte.
    fn end(&mut self, out: &mut [u8]) -> Result<usize> {
        let mut w = WordWriter::resume(out, self.head, self.head_bits);
        self.write_zeros(&mut w, true);
        w.align();
        self.suspend(w)
    }

    fn write_zeros(&mut self, w: &mut WordWriter, to_end: bool) {
        if self.zeros.blocks > 0 {
            block_encode::write_zeros(&self.layout, w, self.zeros.blocks, to_end, self.zeros.reference);
            self.zeros = Zeros::default();
        }
    }

    fn suspend(&mut self, w: WordWriter) -> Result<usize> {
        let (len, head, bits) = w.suspend().ok_or(INTERNAL)?;
        (self.head, self.head_bits) = (head, bits);
        Ok(len)
    }
}

const INTERNAL: Error = Error::new(Status::Internal, "a coded block exceeds its bound");

/// Encodes a stream in pieces.
///
/// Its size is a few KiB; it does not allocate.
#[derive(Clone, Debug)]
pub struct Encoder {
    coder: Coder,
    /// The incomplete block.
    staged: [u8; MAX_BLOCK * 4],
    staged_len: usize,
    /// Coded bytes that did not fit the output: `pending_from..pending_to`.
    pending: [u8; BLOCK_CODED_MAX],
    pending_from: usize,
    pending_to: usize,
    ended: bool,
}

impl Encoder {
    /// An encoder at the start of a stream. [`Status::Argument`] if the parameters are out of range.
    pub fn new(params: &Params) -> Result<Self> {
        Ok(Encoder {
            coder: Coder {
                layout: Layout::new(params)?,
                k: 0,
                last: 0,
                index: 0,
                zeros: Zeros::default(),
                head: 0,
                head_bits: 0,
            },
            staged: [0; MAX_BLOCK * 4],
            staged_len: 0,
            pending: [0; BLOCK_CODED_MAX],
            pending_from: 0,
            pending_to: 0,
            ended: false,
        })
    }

    /// Consumes `input` and writes to `out` until one of them is exhausted.
    ///
    /// Set `end` when no input follows `input`; then call again with the rest of it until the step is done. Unless the
    /// step is done or `out` is full, all of `input` is consumed. Errors: [`Status::Range`] for a sample that does not
    /// fit its bits, [`Status::Argument`] when the data end within a sample. After an error the stream cannot be
    /// continued.
    pub fn step(&mut self, input: &[u8], out: &mut [u8], end: bool) -> Result<StepResult> {
        let block_bytes = self.coder.layout.block_bytes();
        let (mut src, mut dst) = (input, out);
        let (in_len, out_len) = (src.len(), dst.len());
        let mut done = false;
        // One iteration per block of the input, and two at the end.
        loop {
            dst = self.drain(dst);
            if self.pending_from < self.pending_to {
                break;
            }
            if self.ended {
                done = true;
                break;
            }
            if self.staged_len == 0
                && let Some((block, rest)) = src.split_at_checked(block_bytes)
            {
                src = rest;
                dst = self.emit(Some(block), dst)?;
                continue;
            }
            src = self.stage(src, block_bytes);
            if self.staged_len < block_bytes {
                if !end {
                    break;
                }
                if self.staged_len == 0 {
                    self.ended = true;
                    dst = self.emit(None, dst)?;
                    continue;
                }
                self.pad(block_bytes)?;
            }
            let staged = self.staged;
            self.staged_len = 0;
            dst = self.emit(staged.get(..block_bytes), dst)?;
        }
        Ok(StepResult { consumed: in_len.sat_sub(src.len()), produced: out_len.sat_sub(dst.len()), done })
    }

    /// Encodes a block, or the end for `None`, directly into `dst` where it is certain to fit. Returns the rest of
    /// `dst`.
    fn emit<'o>(&mut self, block: Option<&[u8]>, dst: &'o mut [u8]) -> Result<&'o mut [u8]> {
        let direct = dst.len() >= BLOCK_CODED_MAX;
        let to = if direct { &mut *dst } else { &mut self.pending };
        let len = match block {
            Some(bytes) => self.coder.block(bytes, to)?,
            None => self.coder.end(to)?,
        };
        if direct {
            return dst.get_mut(len..).ok_or(INTERNAL);
        }
        (self.pending_from, self.pending_to) = (0, len);
        Ok(dst)
    }

    /// Moves pending bytes to `dst`. Returns the rest of it.
    fn drain<'o>(&mut self, dst: &'o mut [u8]) -> &'o mut [u8] {
        let waiting = self.pending.get(self.pending_from..self.pending_to).unwrap_or(&[]);
        let n = waiting.len().min(dst.len());
        let (to, rest) = dst.split_at_mut(n);
        for (t, f) in to.iter_mut().zip(waiting) {
            *t = *f;
        }
        self.pending_from = self.pending_from.sat_add(n);
        rest
    }

    /// Moves input to the incomplete block. Returns the rest of the input.
    fn stage<'i>(&mut self, src: &'i [u8], block_bytes: usize) -> &'i [u8] {
        let room = self.staged.get_mut(self.staged_len..block_bytes).unwrap_or(&mut []);
        let (now, rest) = src.split_at(src.len().min(room.len()));
        for (t, f) in room.iter_mut().zip(now) {
            *t = *f;
        }
        self.staged_len = self.staged_len.sat_add(now.len());
        rest
    }

    /// Fills the last block with copies of its last sample.
    fn pad(&mut self, block_bytes: usize) -> Result<()> {
        let size = self.coder.layout.sample_bytes;
        if !self.staged_len.is_multiple_of(size) {
            return Err(Error::new(Status::Argument, "the input ends within a sample of {a} bytes: give whole ones")
                .a(size as u64));
        }
        for i in self.staged_len..block_bytes {
            let from = i.checked_sub(size).and_then(|i| self.staged.get(i)).copied();
            if let (Some(to), Some(from)) = (self.staged.get_mut(i), from) {
                *to = from;
            }
        }
        Ok(())
    }
}
