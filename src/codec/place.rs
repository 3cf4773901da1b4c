//! The memory of encoders and decoders, cut from one area.

use super::decoder::{DecodeMemory, DecodeSizes};
use super::encoder::{EncodeMemory, EncodeSizes};
use super::holes::Range;
use super::index::Entry;
use crate::mem::{Carver, Layout};
use crate::status::Result;

impl EncodeSizes {
    /// Room for this in an area.
    pub fn reserve(&self, layout: &mut Layout) -> Result<()> {
        layout.reserve::<Entry>(self.index)?;
        layout.reserve::<u8>(self.work)?;
        layout.reserve::<u8>(self.raw)?;
        layout.reserve::<u8>(self.out)
    }
}

impl<'m> EncodeMemory<'m> {
    /// The slices, zeroed, as [`EncodeSizes::reserve`] has them.
    pub fn carve(carver: &mut Carver<'m>, sizes: &EncodeSizes) -> Result<Self> {
        let index = carver.filled(sizes.index, Entry::default())?;
        let work = carver.filled(sizes.work, 0)?;
        let raw = carver.filled(sizes.raw, 0)?;
        let out = carver.filled(sizes.out, 0)?;
        Ok(EncodeMemory { raw, out, work, index })
    }
}

impl DecodeSizes {
    /// Room for this in an area.
    pub fn reserve(&self, layout: &mut Layout) -> Result<()> {
        layout.reserve::<Range>(self.holes)?;
        layout.reserve::<u8>(self.work)?;
        layout.reserve::<u8>(self.input)?;
        layout.reserve::<u8>(self.raw)
    }
}

impl<'m> DecodeMemory<'m> {
    /// The slices, zeroed, as [`DecodeSizes::reserve`] has them.
    pub fn carve(carver: &mut Carver<'m>, sizes: &DecodeSizes) -> Result<Self> {
        let holes = carver.filled(sizes.holes, Range::default())?;
        let work = carver.filled(sizes.work, 0)?;
        let input = carver.filled(sizes.input, 0)?;
        let raw = carver.filled(sizes.raw, 0)?;
        Ok(DecodeMemory { input, raw, work, holes })
    }
}
