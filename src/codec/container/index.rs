//! The optional index in the end frame: the positions of some frames.
//!
//! The index only speeds up seeking. A stream decodes completely without it.
#![allow(clippy::arithmetic_side_effects, reason = "counts of entries")]

use super::frame::{HEADER_BYTES, TRAILER_BYTES};
use super::glyph;
use super::glyph::GlyphType;
use crate::util::bytes::{Reader, Writer};
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// Id of the COMPOSITE glyph that holds the index.
const INDEX: u32 = 1;

/// The start of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Position of its first raw byte in the original, in bytes.
    pub raw_offset: u64,
    /// Position of its header in the encoded stream, in bytes.
    pub position: u64,
}

/// Size of an encoded entry in bytes.
const ENTRY_BYTES: usize = 16;

/// Collects entries in memory of a fixed size.
///
/// When the memory is full, every second entry is dropped, and from then on half as many frames get an entry. The
/// entries stay evenly spaced over the frames.
#[derive(Debug)]
pub struct Index<'a> {
    entries: &'a mut [Entry],
    len: usize,
    every: u64,
    seen: u64,
}

impl<'a> Index<'a> {
    /// An index of at most `entries.len()` entries, which may be 0.
    pub fn new(entries: &'a mut [Entry]) -> Self {
        Index { entries, len: 0, every: 1, seen: 0 }
    }

    /// Adds the start of the next frame.
    pub fn push(&mut self, entry: Entry) {
        let due = self.seen.is_multiple_of(self.every);
        self.seen += 1;
        if !due || self.entries.is_empty() {
            return;
        }
        if self.len == self.entries.len() {
            let mut kept = 0;
            for i in (0..self.len).step_by(2) {
                let e = self.entries.get(i).copied().unwrap_or_default();
                if let Some(to) = self.entries.get_mut(kept) {
                    *to = e;
                }
                kept += 1;
            }
            self.len = kept;
            self.every *= 2;
            if !(self.seen - 1).is_multiple_of(self.every) {
                return;
            }
        }
        if let Some(to) = self.entries.get_mut(self.len) {
            *to = entry;
            self.len += 1;
        }
    }

    /// Writes the payload of the end frame: the index if it has entries, and the length of the end frame. Returns its
    /// size in bytes.
    pub fn write(&self, out: &mut [u8]) -> Option<usize> {
        let all = self.entries.get(..self.len)?;
        // An index that does not fit is left out, because it is optional.
        let fits = out.len().sat_sub(glyph::MAX_HEAD_BYTES + 4) / ENTRY_BYTES;
        let all = if fits >= all.len() { all } else { &[] };
        let mut w = Writer::new(out);
        if !all.is_empty() {
            glyph::write_head(&mut w, GlyphType::Composite, INDEX, Some((all.len() * ENTRY_BYTES) as u32));
            for e in all {
                w.u64(e.raw_offset);
                w.u64(e.position);
            }
        }
        let n = w.finish()? + 4;
        let total = HEADER_BYTES + n + TRAILER_BYTES;
        out.get_mut(n - 4..n)?.put(&(total as u32).to_be_bytes());
        Some(n)
    }
}

/// The entries of the index in the payload of an end frame; `None` if the payload is damaged.
pub fn entries(payload: &[u8]) -> Option<impl Iterator<Item = Entry>> {
    let (body, _) = payload.split_last_chunk::<4>()?;
    let mut r = Reader::new(body);
    let bytes = if body.is_empty() {
        body
    } else {
        let g = glyph::read(&mut r)?;
        if (g.kind, g.id) != (GlyphType::Composite, INDEX) || !r.rest().is_empty() {
            return None;
        }
        g.payload?
    };
    if bytes.len() % ENTRY_BYTES != 0 {
        return None;
    }
    let (words, _) = bytes.as_chunks::<8>();
    let (pairs, _) = words.as_chunks::<2>();
    Some(pairs.iter().map(|[a, b]| Entry { raw_offset: u64::from_be_bytes(*a), position: u64::from_be_bytes(*b) }))
}

/// Length of the end frame in bytes, from the last 8 bytes of the stream.
#[must_use]
pub fn end_frame_len(last: &[u8; 8]) -> usize {
    let [a, b, c, d, ..] = *last;
    u32::from_be_bytes([a, b, c, d]) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn entries_stay_evenly_spaced() {
        for n in [0u64, 1, 7, 8, 9, 16, 17, 100, 1000] {
            let mut mem = [Entry::default(); 8];
            let mut index = Index::new(&mut mem);
            for i in 0..n {
                index.push(Entry { raw_offset: i, position: i * 3 });
            }
            let mut buf = [0u8; 256];
            let len = index.write(&mut buf).unwrap();
            let got: Vec<Entry> = entries(&buf[..len]).unwrap().collect();
            assert!(got.len() as u64 >= n.min(4) && got.len() <= 8);
            let gap = got.get(1).map_or(1, |e| e.raw_offset);
            for (i, e) in got.iter().enumerate() {
                assert_eq!(*e, Entry { raw_offset: i as u64 * gap, position: i as u64 * gap * 3 });
            }
            assert!(n == 0 || n - got.last().unwrap().raw_offset <= gap);
        }
    }

    #[test]
    fn truncated_payloads_are_refused() {
        let mut mem = [Entry::default(); 3];
        let mut index = Index::new(&mut mem);
        index.push(Entry { raw_offset: 0, position: 0 });
        index.push(Entry { raw_offset: 1, position: 2 });
        let mut buf = [0u8; 64];
        let len = index.write(&mut buf).unwrap();
        for cut in 0..len {
            let valid = entries(&buf[..cut]).is_some();
            assert!(!valid || cut == 4, "{cut} bytes");
        }
    }
}
