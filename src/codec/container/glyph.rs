//! Glyphs: the units of a coded payload.
//!
//! The first byte holds the type, a flag for a payload, and the id. The id as a varint (if five bits do not hold it),
//! the length of the payload and the payload follow. A reader can skip a glyph whose id it does not know. Layout:
//! `docs/formats/container.md`, section 5.

use super::varint;
use crate::util::bytes::{Reader, Writer};

/// The type of a glyph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum GlyphType {
    /// Data coded directly.
    Primitive = 0,
    /// A reference to earlier data.
    Reference = 1,
    /// The residuals of a predictor.
    Delta = 2,
    /// A group of glyphs.
    Composite = 3,
}

/// Ids below this are in the first byte; this value there means that the id follows as a varint.
const ESCAPE: u32 = 31;

/// A glyph that [`read`] returned.
#[derive(Clone, Copy, Debug)]
pub struct Glyph<'a> {
    /// Type of the glyph.
    pub kind: GlyphType,
    /// Id within the type.
    pub id: u32,
    /// The payload, if it has one.
    pub payload: Option<&'a [u8]>,
}

/// Maximum size of a glyph's head, the part before its payload, in bytes.
pub const MAX_HEAD_BYTES: usize = 11;

/// Appends the head of a glyph whose payload has `len` bytes, or a complete glyph without payload if `len` is `None`.
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

/// Reads the next glyph; `None` if the bytes end early or a number is not in its shortest encoding.
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
    fn glyphs_read_back_and_truncated_ones_are_refused() {
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
