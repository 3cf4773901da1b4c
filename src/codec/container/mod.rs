//! The container format of an encoded stream, `docs/formats/container.md`.
//!
//! It defines sample formats ([`format`]), frame headers ([`frame`]), the index in the end frame ([`index`]), the
//! glyphs of a payload ([`glyph`]), variable-length integers ([`varint`]), and the reference from a frame to earlier
//! bytes.

pub mod format;
pub mod frame;
pub mod glyph;
pub mod index;
pub(super) mod reference;
pub mod varint;
