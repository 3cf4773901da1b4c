//! Counts of frames by codec and of glyphs by type.

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
    /// Frames: stored, numeric, LZ, CCSDS 121, packets.
    pub frames: [u64; 5],
    /// Glyphs: PRIMITIVE, REFERENCE, DELTA, COMPOSITE.
    pub glyphs: [u64; 4],
}

impl Tally {
    /// Counts a frame and the glyphs of its payload. `position` is its position in its group.
    pub fn add(&mut self, codec: Codec, position: u8, mut payload: &[u8]) {
        if let Some(n) = self.frames.get_mut(codec as usize) {
            *n = n.sat_add(1);
        }
        if refers(codec, position) {
            let _ = Reference::read(&mut payload);
        }
        if codec == Codec::Numeric {
            self.count_glyphs(payload);
        }
    }

    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &Tally) {
        let counts = self.frames.iter_mut().chain(&mut self.glyphs);
        for (n, m) in counts.zip(other.frames.iter().chain(&other.glyphs)) {
            *n = n.sat_add(*m);
        }
    }

    /// Counts the glyphs of a numeric payload, and those within its groups.
    fn count_glyphs(&mut self, payload: &[u8]) {
        let mut outer = Reader::new(payload);
        // A glyph has at least one byte.
        while let Some(g) = glyph::read(&mut outer) {
            self.count_glyph(g.kind);
            if (g.kind, g.id) == (GlyphType::Composite, numeric::GROUP) {
                let mut inner = Reader::new(g.payload.unwrap_or(&[]));
                let _rows = varint::read(&mut inner);
                while let Some(g) = glyph::read(&mut inner) {
                    self.count_glyph(g.kind);
                }
            }
        }
    }

    fn count_glyph(&mut self, kind: GlyphType) {
        if let Some(n) = self.glyphs.get_mut(kind as usize) {
            *n = n.sat_add(1);
        }
    }
}
