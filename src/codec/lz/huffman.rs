//! Length-limited Huffman codes of literals: canonical, at most 11 bits.
#![allow(clippy::arithmetic_side_effects, reason = "code lengths up to 11, and sums of counts of at most 2^22 bytes")]

use super::bits::{Reader, Writer};
use crate::util::unsigned::Unsigned;

/// The longest code.
pub(super) const MAX_LEN: u32 = 11;
/// Entries of a decoding table.
pub(super) const TABLE: usize = 1 << MAX_LEN;

/// The code of each byte: its bits, and its length in the upper half; 0 for a byte that does not occur.
pub(super) type Codes = [u32; 256];

/// Code lengths for `counts`, of which at least one is not 0. A lone symbol gets one bit.
///
/// The two-queue construction in place over the sorted counts (Moffat and Katajainen); lengths beyond the limit are
/// then cut, and shorter codes lengthened until all fit again.
#[inline(never)]
pub(super) fn lengths(counts: &[u32; 256]) -> [u8; 256] {
    let mut lens = [0u8; 256];
    // Count above symbol: keys are distinct, so the order is the same everywhere.
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

/// How many codes have each length, in an unlimited Huffman code for sorted `keys`.
fn tree_depths(keys: &[u32], per_len: &mut [u32; 33]) {
    let n = keys.len();
    if n < 2 {
        per_len[1] = n as u32;
        return;
    }
    // Inner nodes in the order of their making, which is that of their weights; parents come later.
    let mut weight = [0u32; 256];
    let mut parent = [0u8; 256];
    let (mut leaf, mut inner) = (0usize, 0usize);
    for made in 0..n - 1 {
        let mut sum = 0u32;
        for _ in 0..2 {
            let leaf_weight = keys.get(leaf).map(|k| k >> 8);
            let inner_weight = if inner < made { weight.get(inner).copied() } else { None };
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
                    *p = made as u8;
                }
                inner += 1;
            }
        }
        if let Some(w) = weight.get_mut(made) {
            *w = sum;
        }
    }
    // Depths from the root down, reusing the weights; what is not an inner node at a depth is a leaf.
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

/// Cuts lengths at [`MAX_LEN`], and makes the code complete again.
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
    // Each turn takes a code from the longest, and makes of one shorter code two of one bit more.
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

/// First codes of each length, shorter ones first and in the order of the symbols: the canonical code.
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

/// The canonical code.
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

/// Writes the lengths: the shortest and the longest in 4 bits each, then for each symbol that occurs the symbols
/// skipped, plus 1, in an Elias gamma code and its length less the shortest; at the end a skip past the last symbol.
pub(super) fn write_lengths(lens: &[u8; 256], w: &mut Writer) {
    let least = lens.iter().copied().filter(|l| *l > 0).min().unwrap_or(1);
    let most = lens.iter().copied().max().unwrap_or(1);
    w.put(u64::from(least) << 4 | u64::from(most), 8);
    let bits = width(least, most);
    let mut skipped = 0;
    for &len in lens {
        if len == 0 {
            skipped += 1;
            continue;
        }
        w.gamma(skipped + 1);
        skipped = 0;
        if bits > 0 {
            w.put(u64::from(len - least), bits);
        }
    }
    w.gamma(skipped + 1);
}

/// Bits that tell a length between two.
fn width(least: u8, most: u8) -> u32 {
    most.abs_diff(least).checked_ilog2().map_or(0, |b| b + 1)
}

/// Reads lengths. `None` where they are not a complete code, or a lone symbol of one bit.
pub(super) fn read_lengths(r: &mut Reader) -> Option<[u8; 256]> {
    let (least, most) = (r.get(4)? as u8, r.get(4)? as u8);
    if least == 0 || least > most || u32::from(most) > MAX_LEN {
        return None;
    }
    let bits = width(least, most);
    let mut lens = [0u8; 256];
    let mut rest = lens.iter_mut();
    let (mut used, mut symbols) = (0u32, 0);
    // Each turn takes one at least of the 256 lengths.
    loop {
        let skip = r.gamma()? as usize - 1;
        if skip > rest.len() {
            return None;
        }
        let Some(len) = rest.nth(skip) else { break };
        let l = least + r.get_or_none(bits)? as u8;
        if l > most {
            return None;
        }
        *len = l;
        used += 1 << (MAX_LEN - u32::from(l));
        symbols += 1;
    }
    (used == 1 << MAX_LEN || (symbols == 1 && least == 1)).then_some(lens)
}

/// Fills a decoding table, indexed by the next [`MAX_LEN`] bits: `symbol << 8 | length`.
pub(super) fn decode_table(lens: &[u8; 256], table: &mut [u16; TABLE]) {
    let mut next = first_codes(lens);
    // A lone symbol leaves half of the table: any bit decodes to it.
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
            let mut w = Writer::new(&mut buf);
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
