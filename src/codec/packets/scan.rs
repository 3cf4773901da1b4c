//! Finds the packets of a frame.

use super::kinds::{HEADER_BYTES, Kind, Kinds, MAX_KINDS, MAX_ROW, max_packets};

/// Minimum number of bytes of a frame that packets are searched in.
const MIN_BYTES: usize = 512;
/// Minimum number of packets.
const MIN_PACKETS: usize = 8;
/// Number of headers that follow each other before all packets of a frame are visited.
const PROBES: usize = 4;
/// Maximum number of positions from which all packets are visited.
const MAX_WALKS: usize = 64;
/// Number of packets after which a walk ends where less than a quarter of them count in sequence.
const FIRST: usize = 64;
/// Maximum number of kinds of one identification, each with a length of its own.
const LENGTHS: usize = 4;
/// A kind of fewer packets has no columns but that of the sequence count.
const MIN_ROWS: u32 = 6;

/// The packets of a frame.
#[derive(Clone, Copy, Debug)]
pub(in crate::codec) struct Packets {
    /// Number of bytes before the first packet.
    pub(super) head: usize,
    /// Number of packets.
    pub(super) count: usize,
    /// End (exclusive) of the last packet.
    pub(super) end: usize,
    /// Their kinds, in the order in which they appear.
    pub(super) kinds: Kinds,
}

/// The start of a packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    /// The first two bytes.
    pub(super) id: u16,
    /// Sequence count.
    sequence: u16,
    /// Size of the packet in bytes.
    pub(super) length: usize,
}

/// The header of a packet of version 1 at `at`, all of which is in `raw`.
pub(super) fn header(raw: &[u8], at: usize) -> Option<Header> {
    let [a, b, c, d, e, f] = *raw.get(at..)?.first_chunk::<HEADER_BYTES>()?;
    let (id, sequence) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]) & 0x3fff);
    let length = HEADER_BYTES + 1 + usize::from(u16::from_be_bytes([e, f]));
    (id >> 13 == 0 && length <= raw.len() - at).then_some(Header { id, sequence, length })
}

/// Finds the packets of a frame; `None` if it does not consist of packets.
pub(in crate::codec) fn find(raw: &[u8]) -> Option<Packets> {
    if raw.len() < MIN_BYTES {
        return None;
    }
    let mut walks = 0;
    let (mut best, mut end) = (None, raw.len() / 8);
    let mut head = 0;
    // Bytes that look like a header may lead to one, past packets: the first packet begins before their end.
    while head < end && walks < MAX_WALKS {
        if chains(raw, head) {
            walks += 1;
            if let Some((found, counted)) = walk(raw, head)
                && best.is_none_or(|(_, most)| counted > most)
            {
                best = Some((found, counted));
                end = end.min(head + header(raw, head)?.length);
            }
        }
        head += 1;
    }
    best.map(|(found, _)| found)
}

/// Whether headers of packets follow each other from `at` on.
fn chains(raw: &[u8], mut at: usize) -> bool {
    (0..PROBES).all(|_| {
        let Some(h) = header(raw, at) else { return false };
        at += h.length;
        true
    })
}

/// Visits the packets from `head` on, and returns them and the number that count in sequence. `None` if these are too
/// few, or something else follows them.
fn walk(raw: &[u8], head: usize) -> Option<(Packets, usize)> {
    let mut found = Packets { head, count: 0, end: head, kinds: Kinds::new() };
    let (mut last, mut ids) = ([(0u16, 0u16); MAX_KINDS], 0usize);
    let mut counted = 0;
    while let Some(h) = header(raw, found.end) {
        found.count += 1;
        found.end += h.length;
        found.kinds.add(&h)?;
        if found.count > FIRST && counted * 4 < found.count {
            return None;
        }
        match last.get_mut(..ids)?.iter_mut().find(|(id, _)| *id == h.id) {
            Some((_, sequence)) => {
                counted += usize::from(h.sequence == (*sequence + 1) & 0x3fff);
                *sequence = h.sequence;
            }
            None => {
                *last.get_mut(ids)? = (h.id, h.sequence);
                ids += 1;
            }
        }
    }
    let most = (found.end - head) * 2 >= raw.len() && counted * 2 >= found.count - ids;
    if !most || counted == 0 || found.count < MIN_PACKETS || found.count > max_packets(raw.len()) {
        return None;
    }
    for k in found.kinds.as_mut_slice() {
        if k.count < MIN_ROWS {
            k.covered = HEADER_BYTES as u32;
        }
    }
    found.kinds.number();
    Some((found, counted))
}

impl Kinds {
    /// Counts a packet. `None` if there are too many kinds.
    fn add(&mut self, h: &Header) -> Option<()> {
        let covered = h.length.min(MAX_ROW + 4) as u32;
        if let Some(k) = self.as_mut_slice().iter_mut().find(|k| k.has(h.id, h.length)) {
            k.count += 1;
            k.covered = k.covered.min(covered);
            return Some(());
        }
        let new = Kind { id: h.id, length: h.length as u32, covered, count: 1, first: 0 };
        let same = self.as_slice().iter().filter(|k| k.id == h.id);
        if same.clone().count() < LENGTHS {
            return self.push(new);
        }
        let mut all = Kind { length: 0, ..new };
        for k in same {
            all.count += k.count;
            all.covered = all.covered.min(k.covered);
        }
        self.retain(|k| k.id != h.id);
        self.push(all)
    }
}
