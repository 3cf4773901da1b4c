//! What frames were made of: how many of each codec, and glyphs by type.

use crate::codec::container::frame::Codec;
use crate::codec::container::glyph;
use crate::codec::container::glyph::GlyphType;
use crate::codec::container::reference::{Reference, refers};
use crate::codec::container::varint;
use crate::codec::numeric;
use crate::util::bytes::Reader;
use crate::util::unsigned::Unsigned;

/// Counts of frames and glyphs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Frames: stored, numeric, LZ, CCSDS 121.
    pub frames: [u64; 4],
    /// Glyphs: PRIMITIVE, REFERENCE, DELTA, COMPOSITE.
    pub glyphs: [u64; 4],
}

impl Tally {
    /// Counts a frame, of which so many of its group are before it, and the glyphs of its payload.
    pub fn add(&mut self, codec: Codec, position: u8, mut payload: &[u8]) {
        if let Some(n) = self.frames.get_mut(codec as usize) {
            *n = n.sat_add(1);
        }
        if refers(codec, position) {
            let _ = Reference::read(&mut payload);
        }
        if codec == Codec::Numeric {
            self.glyphs(payload);
        }
    }

    /// Adds the counts of another.
    pub fn merge(&mut self, other: &Tally) {
        let mine = self.frames.iter_mut().chain(&mut self.glyphs);
        for (n, m) in mine.zip(other.frames.iter().chain(&other.glyphs)) {
            *n = n.sat_add(*m);
        }
    }

    /// The members of a numeric frame, and the planes within its groups.
    fn glyphs(&mut self, payload: &[u8]) {
        let mut outer = Reader::new(payload);
        // A glyph takes a byte at least.
        while let Some(g) = glyph::read(&mut outer) {
            self.one(g.kind);
            if (g.kind, g.id) == (GlyphType::Composite, numeric::GROUP) {
                let mut inner = Reader::new(g.payload.unwrap_or(&[]));
                let _rows = varint::read(&mut inner);
                while let Some(g) = glyph::read(&mut inner) {
                    self.one(g.kind);
                }
            }
        }
    }

    fn one(&mut self, kind: GlyphType) {
        if let Some(n) = self.glyphs.get_mut(kind as usize) {
            *n = n.sat_add(1);
        }
    }
}
