//! The bytes of a stream (docs/formats/container.md): frame headers and trailers, sample formats, the index, glyphs, and
//! what a frame refers to.

pub mod format;
pub mod frame;
pub mod glyph;
pub mod index;
pub(super) mod reference;
pub mod varint;
