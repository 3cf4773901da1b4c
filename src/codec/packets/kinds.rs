//! Kinds of packets: what is the same in all packets of a kind.

use crate::codec::container::varint;
use crate::util::bytes::{Reader, Writer};

/// Size of the primary header of a packet in bytes.
pub(super) const HEADER_BYTES: usize = 6;

/// Maximum size of a packet in bytes.
pub(super) const MAX_PACKET_BYTES: usize = HEADER_BYTES + (1 << 16);

/// Maximum number of kinds of a frame.
pub(super) const MAX_KINDS: usize = 64;

/// Maximum number of bytes of a packet that are in columns.
pub(super) const MAX_ROW: usize = 512;

/// Bytes of the primary header that the kind gives: identification and length.
const KNOWN_BYTES: usize = 4;

/// A kind of packets.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kind {
    /// The first two bytes of each packet: version, type, secondary header flag and APID.
    pub(super) id: u16,
    /// Size of each packet in bytes; 0 where sizes differ.
    pub(super) length: u32,
    /// Number of bytes at the start of each packet that are known or in columns.
    pub(super) covered: u32,
    /// Number of packets.
    pub(super) count: u32,
    /// Number of packets of the kinds before this one.
    pub(super) first: u32,
}

impl Kind {
    /// Number of bytes of a packet that are in columns.
    pub(super) fn row(&self) -> usize {
        (self.covered as usize).saturating_sub(KNOWN_BYTES)
    }

    /// Whether a packet of `length` bytes with identification `id` is of this kind.
    pub(super) fn has(&self, id: u16, length: usize) -> bool {
        self.id == id && (self.length == 0 || self.length as usize == length)
    }
}

/// The kinds of a frame.
#[derive(Clone, Copy, Debug)]
pub(in crate::codec) struct Kinds {
    all: [Kind; MAX_KINDS],
    len: usize,
}

impl Kinds {
    pub(super) fn new() -> Self {
        Kinds { all: [Kind::default(); MAX_KINDS], len: 0 }
    }

    pub(super) fn as_slice(&self) -> &[Kind] {
        self.all.get(..self.len).unwrap_or(&[])
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [Kind] {
        self.all.get_mut(..self.len).unwrap_or(&mut [])
    }

    /// Appends a kind. `None` if there are [`MAX_KINDS`].
    pub(super) fn push(&mut self, kind: Kind) -> Option<()> {
        *self.all.get_mut(self.len)? = kind;
        self.len += 1;
        Some(())
    }

    /// Keeps the kinds that `keep` returns true for.
    pub(super) fn retain(&mut self, keep: impl Fn(&Kind) -> bool) {
        let mut kept = 0;
        for i in 0..self.len {
            let Some(k) = self.all.get(i).copied().filter(&keep) else { continue };
            if let Some(to) = self.all.get_mut(kept) {
                *to = k;
            }
            kept += 1;
        }
        self.len = kept;
    }

    /// Computes `first` of all kinds. Returns the number of packets.
    pub(super) fn number(&mut self) -> usize {
        let mut first = 0u32;
        for k in self.as_mut_slice() {
            k.first = first;
            first = first.saturating_add(k.count);
        }
        first as usize
    }

    /// Writes the kinds.
    pub(super) fn write(&self, w: &mut Writer<'_>) {
        varint::write(w, self.len as u32);
        for k in self.as_slice() {
            w.u16(k.id);
            varint::write(w, k.length);
            varint::write(w, k.covered);
        }
    }

    /// Reads kinds, without the numbers of their packets.
    pub(super) fn read(r: &mut Reader<'_>) -> Option<Self> {
        let mut kinds = Kinds::new();
        let n = varint::read(r)? as usize;
        if n == 0 || n > MAX_KINDS {
            return None;
        }
        for _ in 0..n {
            let id = r.u16().filter(|id| id >> 13 == 0)?;
            let (length, covered) = (varint::read(r)?, varint::read(r)?);
            let max = if length == 0 { MAX_PACKET_BYTES } else { length as usize };
            if max <= HEADER_BYTES || max > MAX_PACKET_BYTES {
                return None;
            }
            if !(HEADER_BYTES..=max.min(MAX_ROW + KNOWN_BYTES)).contains(&(covered as usize)) {
                return None;
            }
            kinds.push(Kind { id, length, covered, count: 0, first: 0 })?;
        }
        Some(kinds)
    }
}

/// Maximum number of packets of a frame of `raw_len` bytes.
pub(super) fn max_packets(raw_len: usize) -> usize {
    raw_len.max(1 << 16) / 16
}

/// Maximum number of bytes of columns that are coded together.
pub(super) fn block_bytes(raw_len: usize) -> usize {
    raw_len.max(1 << 16) / 4
}
