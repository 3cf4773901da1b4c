//! Huffman codes of literals: canonical, at most 11 bits long.
#![allow(clippy::arithmetic_side_effects, reason = "code lengths up to 11, and sums of counts of at most 2^22 bytes")]

use super::bits::Reader;
use crate::codec::word_writer::WordWriter;
use crate::util::unsigned::Unsigned;

/// The longest code.
pub(super) const MAX_LEN: u32 = 11;
/// Entries of a decoding table.
pub(super) const TABLE: usize = 1 << MAX_LEN;

/// The code of each byte: the bits in the lower half and the length in the upper; 0 for a byte that does not occur.
pub(super) type Codes = [u32; 256];

/// Code lengths for `counts`, at least one of which is not 0. A single symbol gets one bit.
///
/// Uses the in-place two-queue construction over the sorted counts (Moffat and Katajainen). Lengths above the limit are
/// then cut to it, and shorter codes are lengthened until the code is complete again.
#[inline(never)]
pub(super) fn lengths(counts: &[u32; 256]) -> [u8; 256] {
    let mut lens = [0u8; 256];
    // The count above the symbol: keys are distinct, so every sort gives the same order.
    let mut keys = [0u32; 256];
    let mut n = 0usize;
    for (symbol, &count) in counts.iter().enumerate() {
        if count > 0
            && let Some(key) = keys.get_mut(n)
        {
            *key = count.min((1 << 24) - 1) << 8 | symbol as u32;
            n += 1;
        }
    }
    let Some(keys) = keys.get_mut(..n) else { return lens };
    crate::util::slice::sort(keys, u32::lt);
    let mut per_len = [0u32; 33];
    tree_depths(keys, &mut per_len);
    limit(&mut per_len);
    // The rarest symbols get the longest codes.
    let mut len = 32usize;
    for key in keys.iter() {
        while len > 0 && per_len.get(len).is_none_or(|n| *n == 0) {
            len -= 1;
        }
        if let Some(n) = per_len.get_mut(len) {
            *n -= 1;
        }
        if let Some(to) = lens.get_mut((key & 255) as usize) {
            *to = len as u8;
        }
    }
    lens
}

/// Number of codes of each length in a Huffman code without a limit, for sorted `keys`.
fn tree_depths(keys: &[u32], per_len: &mut [u32; 33]) {
    let n = keys.len();
    if n < 2 {
        per_len[1] = n as u32;
        return;
    }
    // Inner nodes in order of creation, which is the order of their weights; a parent comes after
    // its children.
    let mut weight = [0u32; 256];
    let mut parent = [0u8; 256];
    let (mut leaf, mut inner) = (0usize, 0usize);
    for new in 0..n - 1 {
        let mut sum = 0u32;
        for _ in 0..2 {
            let leaf_weight = keys.get(leaf).map(|k| k >> 8);
            let inner_weight = if inner < new { weight.get(inner).copied() } else { None };
            let take_leaf = match (leaf_weight, inner_weight) {
                (Some(l), Some(i)) => l <= i,
                (l, _) => l.is_some(),
            };
            if take_leaf {
                sum += leaf_weight.unwrap_or(0);
                leaf += 1;
            } else {
                sum += inner_weight.unwrap_or(0);
                if let Some(p) = parent.get_mut(inner) {
                    *p = new as u8;
                }
                inner += 1;
            }
        }
        if let Some(w) = weight.get_mut(new) {
            *w = sum;
        }
    }
    // Depths from the root down. At each depth, the nodes that are not inner nodes are leaves.
    let mut depth = [0u8; 256];
    let mut nodes = [0u32; 34];
    for i in (0..n - 1).rev() {
        let d = if i + 2 == n {
            0
        } else {
            let p = parent.get(i).map_or(0, |p| usize::from(*p));
            depth.get(p).map_or(0, |d| d + 1).min(31)
        };
        if let (Some(to), Some(count)) = (depth.get_mut(i), nodes.get_mut(usize::from(d))) {
            *to = d;
            *count += 1;
        }
    }
    let mut open = 1u32;
    for (len, inner) in per_len.iter_mut().zip(nodes) {
        *len = open.sat_sub(inner);
        open = inner * 2;
    }
}

/// Cuts lengths to [`MAX_LEN`], then lengthens shorter codes until the code is complete.
fn limit(per_len: &mut [u32; 33]) {
    let (kept, cut) = per_len.split_at_mut(MAX_LEN as usize + 1);
    let Some((longest, shorter)) = kept.split_last_mut() else { return };
    *longest += cut.iter_mut().map(core::mem::take).sum::<u32>();
    // In units of the longest code.
    let room = 1u32 << MAX_LEN;
    let mut used: u32 = *longest;
    for (len, n) in shorter.iter().enumerate() {
        used += n << (MAX_LEN - len as u32);
    }
    // Each iteration removes one of the longest codes and replaces a shorter code by two that are
    // one bit longer.
    while used > room {
        let Some(len) = shorter.iter().rposition(|n| *n > 0) else { return };
        *longest -= 1;
        if let Some(n) = shorter.get_mut(len) {
            *n -= 1;
        }
        match shorter.get_mut(len + 1) {
            Some(n) => *n += 2,
            None => *longest += 2,
        }
        used -= 1;
    }
}

/// The first code of each length in the canonical code: ordered by length, then by symbol.
fn first_codes(lens: &[u8; 256]) -> [u32; MAX_LEN as usize + 1] {
    let mut per_len = [0u32; MAX_LEN as usize + 1];
    for len in lens {
        if let Some(n) = per_len.get_mut(usize::from(*len)) {
            *n += 1;
        }
    }
    per_len[0] = 0;
    let mut code = 0;
    per_len.map(|n| {
        let first = code * 2;
        code = first + n;
        first
    })
}

/// The canonical code of `lens`.
pub(super) fn codes(lens: &[u8; 256]) -> Codes {
    let mut next = first_codes(lens);
    let mut codes = [0; 256];
    for (code, len) in codes.iter_mut().zip(lens) {
        if let (1.., Some(n)) = (*len, next.get_mut(usize::from(*len))) {
            *code = u32::from(*len) << 16 | *n;
            *n += 1;
        }
    }
    codes
}

/// Writes the lengths. First the shortest and the longest, 4 bits each. Then for each symbol that occurs, the number of
/// skipped symbols plus 1 in an Elias gamma code, and its length minus the shortest. Last a skip past the last symbol.
pub(super) fn write_lengths(lens: &[u8; 256], w: &mut WordWriter) {
    let shortest = lens.iter().copied().filter(|l| *l > 0).min().unwrap_or(1);
    let longest = lens.iter().copied().max().unwrap_or(1);
    w.put(u64::from(shortest) << 4 | u64::from(longest), 8);
    let bits = width(shortest, longest);
    let mut skipped = 0;
    for &len in lens {
        if len == 0 {
            skipped += 1;
            continue;
        }
        w.gamma(skipped + 1);
        skipped = 0;
        if bits > 0 {
            w.put(u64::from(len - shortest), bits);
        }
    }
    w.gamma(skipped + 1);
}

/// Number of bits that a length from `shortest` to `longest` is written in.
fn width(shortest: u8, longest: u8) -> u32 {
    longest.abs_diff(shortest).checked_ilog2().map_or(0, |b| b + 1)
}

/// Reads lengths. `None` unless they form a complete code or a single code of one bit.
pub(super) fn read_lengths(r: &mut Reader) -> Option<[u8; 256]> {
    let (shortest, longest) = (r.get(4)? as u8, r.get(4)? as u8);
    if shortest == 0 || shortest > longest || u32::from(longest) > MAX_LEN {
        return None;
    }
    let bits = width(shortest, longest);
    let mut lens = [0u8; 256];
    let mut rest = lens.iter_mut();
    let (mut used, mut symbols) = (0u32, 0);
    // Each iteration consumes at least one of the 256 lengths.
    loop {
        let skip = r.gamma()? as usize - 1;
        if skip > rest.len() {
            return None;
        }
        let Some(len) = rest.nth(skip) else { break };
        let l = shortest + r.get_or_none(bits)? as u8;
        if l > longest {
            return None;
        }
        *len = l;
        used += 1 << (MAX_LEN - u32::from(l));
        symbols += 1;
    }
    (used == 1 << MAX_LEN || (symbols == 1 && shortest == 1)).then_some(lens)
}

/// Fills a decoding table, indexed by the next [`MAX_LEN`] bits: `symbol << 8 | length`.
pub(super) fn decode_table(lens: &[u8; 256], table: &mut [u16; TABLE]) {
    let mut next = first_codes(lens);
    for (symbol, &len) in lens.iter().enumerate() {
        if let (1.., Some(n)) = (len, next.get_mut(usize::from(len))) {
            let span = TABLE >> len;
            let from = *n as usize * span;
            let entry = (symbol as u16) << 8 | u16::from(len);
            if let Some(to) = table.get_mut(from..from + span) {
                to.fill(entry);
            }
            *n += 1;
        }
    }
    // The one-bit code of a single symbol fills half of the table; either bit decodes to it.
    if lens.iter().filter(|l| **l > 0).count() == 1 {
        let entry = table[0];
        table.fill(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_complete_short_and_read_back() {
        let mut fib = [0u32; 256];
        fib[60] = 1;
        fib[61] = 1;
        (62..92).for_each(|i| fib[i] = (fib[i - 1] + fib[i - 2]).min(1 << 16));
        let mut lone = [0u32; 256];
        lone[7] = 9;
        let mut two = lone;
        two[255] = 1;
        let all: [u32; 256] = core::array::from_fn(|i| 1 + (i as u32 * 7919 % 1000) * (i as u32 % 5));
        for counts in [fib, lone, two, all, [1; 256]] {
            let lens = lengths(&counts);
            let used: u32 = lens.iter().filter(|l| **l > 0).map(|l| 1 << (MAX_LEN - u32::from(*l))).sum();
            let symbols = counts.iter().filter(|c| **c > 0).count();
            assert_eq!(lens.iter().filter(|l| **l > 0).count(), symbols);
            assert_eq!(used, if symbols == 1 { 1 << (MAX_LEN - 1) } else { 1 << MAX_LEN });
            let mut buf = [0; 512];
            let mut w = WordWriter::new(&mut buf);
            write_lengths(&lens, &mut w);
            w.finish().unwrap();
            assert_eq!(read_lengths(&mut Reader::new(&buf)), Some(lens));
            let codes = codes(&lens);
            let mut table = [0; TABLE];
            decode_table(&lens, &mut table);
            for (symbol, code) in codes.iter().enumerate().filter(|(_, c)| **c > 0) {
                let len = code >> 16;
                let entry = table[((code & 0xffff) << (MAX_LEN - len)) as usize];
                assert_eq!(entry, (symbol as u16) << 8 | len as u16);
            }
        }
    }
}
