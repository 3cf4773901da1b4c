//! Glyphs: the units a coded payload is made of.
//!
//! One byte says the type, whether a payload follows, and which primitive it is; behind it come the primitive's
//! number where five bits do not hold it, the payload's length, and the payload. A reader that does not know a
//! primitive can step over it. Layout: `docs/formats/container.md`, section 5.

use super::varint;
use crate::util::bytes::{Reader, Writer};

/// What kind of thing a glyph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum GlyphType {
    /// Coded directly.
    Primitive = 0,
    /// Points at something earlier.
    Reference = 1,
    /// The residual of a predictor.
    Delta = 2,
    /// A group of glyphs.
    Composite = 3,
}

/// The largest number that stands in the glyph's first byte; from 31 on the number follows as a varint.
const ESCAPE: u32 = 31;

/// A glyph as it is read.
#[derive(Clone, Copy, Debug)]
pub struct Glyph<'a> {
    /// What kind of thing it is.
    pub kind: GlyphType,
    /// Which of the primitives of its kind.
    pub id: u32,
    /// The payload, if it has one.
    pub payload: Option<&'a [u8]>,
}

/// Most bytes in front of a payload.
pub const MAX_HEAD_BYTES: usize = 11;

/// Appends what stands in front of a payload of `len` bytes, or the whole of a glyph without payload.
pub fn write_head(w: &mut Writer<'_>, kind: GlyphType, id: u32, len: Option<u32>) {
    let has = if len.is_some() { 0x20 } else { 0 };
    w.u8(((kind as u8) << 6) | has | id.min(ESCAPE) as u8);
    if id >= ESCAPE {
        varint::write(w, id);
    }
    if let Some(len) = len {
        varint::write(w, len);
    }
}

/// The next glyph, or nothing where the bytes end early or are not of the one allowed form.
pub fn read<'a>(r: &mut Reader<'a>) -> Option<Glyph<'a>> {
    let first = r.u8()?;
    let kind = match first >> 6 {
        0 => GlyphType::Primitive,
        1 => GlyphType::Reference,
        2 => GlyphType::Delta,
        _ => GlyphType::Composite,
    };
    let mut id = u32::from(first & 0x1f);
    if id == ESCAPE {
        id = varint::read(r)?;
        if id < ESCAPE {
            return None;
        }
    }
    let payload = if first & 0x20 != 0 {
        let len = varint::read(r)?;
        Some(r.bytes(len as usize)?)
    } else {
        None
    };
    Some(Glyph { kind, id, payload })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glyphs_come_back_and_stop_where_they_are_cut() {
        for (kind, id, len) in [
            (GlyphType::Primitive, 0, None),
            (GlyphType::Reference, 30, Some(3)),
            (GlyphType::Delta, 31, Some(200)),
            (GlyphType::Composite, u32::MAX, Some(0)),
        ] {
            let mut buf = [7u8; 300];
            let mut w = Writer::new(&mut buf);
            write_head(&mut w, kind, id, len);
            let head = w.finish().unwrap();
            assert!(head <= MAX_HEAD_BYTES);
            let end = head + len.unwrap_or(0) as usize;
            let g = read(&mut Reader::new(&buf[..end])).unwrap();
            assert_eq!((g.kind, g.id, g.payload.map(|p| p.len() as u32)), (kind, id, len));
            for cut in 0..end {
                assert!(read(&mut Reader::new(&buf[..cut])).is_none());
            }
        }
        assert!(read(&mut Reader::new(&[0x1f, 30])).is_none());
    }
}
