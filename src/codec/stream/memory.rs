//! Memory of encoders and decoders: the sizes that the options need, and the slices carved from one area.
#![allow(clippy::arithmetic_side_effects, reason = "sizes within the bounds of the options")]

use super::holes::Range;
use crate::codec::container::format::SampleType;
use crate::codec::container::frame::{
    HEADER_BYTES, MAX_FRAME_BYTES, MAX_RESTART_INTERVAL, MIN_FRAME_BYTES, OVERHEAD_BYTES,
};
use crate::codec::container::index::Entry;
use crate::codec::options::{DecodeOptions, EncodeOptions};
use crate::codec::select::{choose, work};
use crate::codec::{lz, numeric};
use crate::mem::{Carver, Layout};
use crate::status::{Error, Result, Status};

impl EncodeOptions {
    /// Sizes of the memory that an encoder with these options needs. Fails where an option is out of range.
    pub fn memory(&self) -> Result<EncodeSizes> {
        if self.frame_bytes < MIN_FRAME_BYTES || self.frame_bytes > MAX_FRAME_BYTES {
            let e = Error::new(Status::Argument, "frames of {a} bytes: frame_bytes is {b} bytes to 4 MiB");
            return Err(e.a(self.frame_bytes as i128).b(MIN_FRAME_BYTES as i128));
        }
        if self.format.row_bytes() > self.frame_bytes {
            let e =
                Error::new(Status::Argument, "a row of {a} bytes does not fit a frame of {b} bytes: raise frame_bytes");
            return Err(e.a(self.format.row_bytes() as i128).b(self.frame_bytes as i128));
        }
        if self.restart_interval == 0 || self.restart_interval > MAX_RESTART_INTERVAL {
            let e = Error::new(Status::Argument, "groups of {a} frames: restart_interval is 1 to {b}");
            return Err(e.a(self.restart_interval).b(MAX_RESTART_INTERVAL));
        }
        if self.history_bytes > MAX_FRAME_BYTES {
            let e = Error::new(Status::Argument, "a history of {a} bytes: history_bytes is at most {b}");
            return Err(e.a(self.history_bytes as i128).b(MAX_FRAME_BYTES as i128));
        }
        if let Some(params) = &self.ccsds121 {
            params.check()?;
            let (sample, container) = (self.format.sample, params.sample_bytes());
            if sample != SampleType::Bytes && !sample.width().is_multiple_of(container) {
                let e = Error::new(
                    Status::Argument,
                    "samples of {a} bytes do not consist of CCSDS 121 containers of {b} bytes: change ccsds_bits",
                );
                return Err(e.a(sample.width() as i128).b(container as i128));
            }
        }
        Ok(EncodeSizes {
            raw: self.frame_bytes + self.history(),
            out: self.frame_bytes + OVERHEAD_BYTES,
            work: self.work(),
            index: self.index_entries,
        })
    }

    /// Bytes of work memory of the codecs: the maximum of those that the options allow.
    #[must_use]
    pub fn work(&self) -> usize {
        work::room(choose::work_bytes(self))
    }
}

/// Elements of each slice of [`EncodeMemory`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeSizes {
    /// Bytes of the frame being collected, and of the history before it.
    pub raw: usize,
    /// Bytes of the coded frame.
    pub out: usize,
    /// Bytes of work memory of the codecs.
    pub work: usize,
    /// Number of entries of the index.
    pub index: usize,
}

impl EncodeSizes {
    /// Total in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.raw + self.out + self.work + 16 * self.index
    }
}

/// Memory of an encoder. Each slice is at least as long as in [`EncodeSizes`].
#[derive(Debug)]
pub struct EncodeMemory<'a> {
    /// The frame being collected, and the history before it.
    pub raw: &'a mut [u8],
    /// The coded frame.
    pub out: &'a mut [u8],
    /// Work memory of the codecs.
    pub work: &'a mut [u8],
    /// The index.
    pub index: &'a mut [Entry],
}

impl EncodeSizes {
    /// Reserves these slices in an area.
    pub fn reserve(&self, layout: &mut Layout) -> Result<()> {
        layout.reserve::<Entry>(self.index)?;
        layout.reserve::<u8>(self.work)?;
        layout.reserve::<u8>(self.raw)?;
        layout.reserve::<u8>(self.out)
    }
}

impl<'m> EncodeMemory<'m> {
    /// Carves the slices, in the order of [`EncodeSizes::reserve`].
    pub fn carve(carver: &mut Carver<'m>, sizes: &EncodeSizes) -> Result<Self> {
        let index = carver.filled(sizes.index, Entry::default())?;
        let work = carver.bytes(sizes.work)?;
        let raw = carver.bytes(sizes.raw)?;
        let out = carver.bytes(sizes.out)?;
        Ok(EncodeMemory { raw, out, work, index })
    }
}

impl DecodeOptions {
    /// Sizes of the memory that a decoder with these options needs. Fails where an option is out of range.
    pub fn memory(&self) -> Result<DecodeSizes> {
        if self.max_frame_bytes < MIN_FRAME_BYTES || self.max_frame_bytes > MAX_FRAME_BYTES {
            let e = Error::new(Status::Argument, "frames of {a} bytes: frame_bytes is {b} bytes to 4 MiB");
            return Err(e.a(self.max_frame_bytes as i128).b(MIN_FRAME_BYTES as i128));
        }
        if self.history_bytes > MAX_FRAME_BYTES {
            let e = Error::new(Status::Argument, "a history of {a} bytes: history_bytes is at most {b}");
            return Err(e.a(self.history_bytes as i128).b(MAX_FRAME_BYTES as i128));
        }
        let cells = numeric::decode_cells(self.max_frame_bytes) + self.past_cells();
        Ok(DecodeSizes {
            // Room for a frame and the header after it.
            input: self.max_frame_bytes + OVERHEAD_BYTES + HEADER_BYTES,
            raw: self.history_bytes + self.max_frame_bytes,
            work: work::room(4 * cells.max(lz::DECODE_WORK_LEN)),
            holes: self.max_holes,
        })
    }

    /// Cells of the numeric codec for the history of a frame.
    pub(in crate::codec) const fn past_cells(&self) -> usize {
        if self.history_bytes > 0 { numeric::DECODE_PAST_CELLS } else { 0 }
    }
}

/// Elements of each slice of [`DecodeMemory`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeSizes {
    /// Bytes of the coded frame, and of the header after it.
    pub input: usize,
    /// Bytes of the decoded frame, and of the history before it.
    pub raw: usize,
    /// Bytes of work memory of the codecs.
    pub work: usize,
    /// Number of missing ranges.
    pub holes: usize,
}

impl DecodeSizes {
    /// Total in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.input + self.raw + self.work + 16 * self.holes
    }
}

/// Memory of a decoder. Each slice is at least as long as in [`DecodeSizes`].
#[derive(Debug)]
pub struct DecodeMemory<'a> {
    /// The coded frame, and the header after it.
    pub input: &'a mut [u8],
    /// The decoded frame, and the history before it.
    pub raw: &'a mut [u8],
    /// Work memory of the codecs.
    pub work: &'a mut [u8],
    /// Missing ranges.
    pub holes: &'a mut [Range],
}

impl DecodeSizes {
    /// Reserves these slices in an area.
    pub fn reserve(&self, layout: &mut Layout) -> Result<()> {
        layout.reserve::<Range>(self.holes)?;
        layout.reserve::<u8>(self.work)?;
        layout.reserve::<u8>(self.input)?;
        layout.reserve::<u8>(self.raw)
    }
}

impl<'m> DecodeMemory<'m> {
    /// Carves the slices, in the order of [`DecodeSizes::reserve`].
    pub fn carve(carver: &mut Carver<'m>, sizes: &DecodeSizes) -> Result<Self> {
        let holes = carver.filled(sizes.holes, Range::default())?;
        let work = carver.bytes(sizes.work)?;
        let input = carver.bytes(sizes.input)?;
        let raw = carver.bytes(sizes.raw)?;
        Ok(DecodeMemory { input, raw, work, holes })
    }
}
