//! The coder with a learned table: residuals as classes of magnitude by rANS, and the rest of each number as raw bits.
//!
//! Each small number has its own class, and larger numbers have `2^k` classes per octave, as in hybrid integer codes
//! (JPEG XL, ISO/IEC 18181-1, C.2). One table covers any scale. Its frequencies are sent as floating-point numbers of a
//! few bits.
#![allow(clippy::arithmetic_side_effects, reason = "counts of residuals of a frame; classes below 256, bits below 32")]

use super::rans::Coded;
use super::rans::{Encoder, Turn, by_states, states_for};
use super::section;
use super::section::Section;
use super::tables::log2_q8;
use crate::codec::bits::{BitReader, BitWriter};
use crate::codec::container::varint::{unzigzag, zigzag};
use crate::simd::{self, LOW_BYTES, Level, NUMBERS};
use crate::util::bytes::Reader;
use crate::util::unsigned::Unsigned;

/// Frequencies add up to 2 to this power.
const BITS: u32 = 11;
const ONE: u32 = 1 << BITS;
/// Maximum number of classes.
const CLASSES: usize = 256;
/// Number of histograms that are filled in turns, so that equal neighbors do not wait for each other.
const TURNS: usize = 4;
/// Cells of i32 that writing uses.
pub(crate) const WRITE_CELLS: usize = CLASSES * TURNS;
/// Cells of i32 that reading uses.
pub(crate) const READ_CELLS: usize = ONE as usize;
/// Residuals processed together.
const BLOCK: usize = NUMBERS;
/// Fraction bits of the inverse of a number of residuals below [`EXACT_BELOW`].
///
/// Quotients by this inverse are exact, because it is less than 1 too large and dividends are at most `ONE` times the
/// number. Products fit 64 bits.
const INVERSE_BITS: u32 = 51;
const EXACT_BELOW: u32 = 1 << 20;

/// The class of a zigzag number, and its number of raw bits.
#[inline]
const fn class_of(z: u32, k: u32) -> (u32, u32) {
    let bits = 31 - k - (z | (1 << k)).leading_zeros();
    ((bits << k) + (z >> bits), bits)
}

/// Number of classes of 32-bit numbers.
const fn classes_of(k: u32) -> usize {
    (33 - k as usize) << k
}

/// The table learned from an array.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Learned {
    /// Classes per octave, as a power of two.
    k: u32,
    /// Bits of a frequency that are kept below its highest bit.
    fine: u32,
    /// By class: the frequency in the high half, and the sum of the frequencies before it in the low half.
    table: [u32; CLASSES],
    /// Number of classes up to the last one that occurs.
    used: usize,
    /// The most frequent class. It gets the rest of the sum of frequencies, so that its frequency is not sent.
    rest: usize,
    /// Estimated cost in 1/256 bit.
    pub(crate) cost: u64,
}

/// Rounds `f` to `fine` bits below its highest bit.
const fn coarse(f: u32, fine: u32) -> u32 {
    let drop = (31 - (f | 1).leading_zeros()).saturating_sub(fine);
    let half = (1 << drop) >> 1;
    ((f + half) >> drop) << drop
}

impl Learned {
    /// Learns from all of `e`. `cells` has at least [`WRITE_CELLS`].
    pub(crate) fn from(e: &[i32], cells: &mut [i32]) -> Option<Self> {
        Self::from_some(e, 1, cells)
    }

    /// Learns from every `step`-th block of `e`, to estimate the cost. Classes of other blocks may be missing.
    pub(crate) fn from_some(e: &[i32], step: usize, cells: &mut [i32]) -> Option<Self> {
        let (k, fine) = match e.len() {
            0..2048 => (2, 1),
            2048..8192 => (2, 2),
            _ => (3, 2),
        };
        let (turns, _) = cells.get_mut(..WRITE_CELLS)?.as_chunks_mut::<CLASSES>();
        let [a, b, c, d] = turns else { return None };
        let max = classes_of(k);
        for t in [&mut *a, &mut *b, &mut *c, &mut *d] {
            t.get_mut(..max)?.fill(0);
        }
        let count = |t: &mut [i32; CLASSES], class: u32| {
            #[allow(clippy::indexing_slicing, reason = "masked to the table's 256")]
            let n = &mut t[class as usize & (CLASSES - 1)];
            *n += 1;
        };
        let mut seen = 0;
        let level = Level::detect();
        let [mut classes, mut low, mut bits] = [[0u32; NUMBERS]; 3];
        let part = if step == 1 { e.len().max(1) } else { BLOCK };
        for part in e.chunks(part).step_by(step) {
            let (blocks, rest) = part.as_chunks::<NUMBERS>();
            for block in blocks {
                simd::split(level, block, k, &mut classes, &mut low, &mut bits);
                for [v, w, x, y] in classes.as_chunks::<4>().0 {
                    count(a, *v);
                    count(b, *w);
                    count(c, *x);
                    count(d, *y);
                }
            }
            for v in rest {
                count(a, class_of(zigzag(*v), k).0);
            }
            seen += part.len() as u32;
        }
        let a = a.get_mut(..max)?;
        for (((a, b), c), d) in a.iter_mut().zip(b).zip(c).zip(d) {
            *a += *b + *c + *d;
        }
        Some(Self::of(a, seen, e.len() as u32, k, fine))
    }

    /// The table for `n` residuals. `counts` has the number of residuals of each class among `seen` of them.
    fn of(counts: &[i32], seen: u32, n: u32, k: u32, fine: u32) -> Self {
        let used = counts.iter().rposition(|c| *c > 0).map_or(1, |i| i + 1);
        let rest = counts.iter().enumerate().max_by_key(|(_, c)| **c).map_or(0, |(i, _)| i);
        let mut table = [0u32; CLASSES];
        let inverse = (1u64 << INVERSE_BITS).checked_div(seen.into()).unwrap_or(0) + 1;
        // If rounding leaves nothing for the most frequent class, all frequencies are reduced.
        let mut total = ONE;
        for _ in 0..8 {
            let mut sum = 0;
            for (i, (f, c)) in table.iter_mut().zip(counts).enumerate().take(used) {
                let product = u64::from(*c as u32) * u64::from(total);
                let exact = if seen < EXACT_BELOW {
                    ((product * inverse) >> INVERSE_BITS) as u32
                } else {
                    product.checked_div(seen.into()).unwrap_or(0) as u32
                };
                *f = if *c == 0 || i == rest { 0 } else { coarse(exact.max(1), fine) };
                sum += *f;
            }
            if let Some(f) = table.get_mut(rest) {
                *f = ONE.sat_sub(sum);
            }
            if sum < ONE {
                break;
            }
            total -= ONE / 16;
        }
        let mut l = Learned { k, fine, table, used, rest, cost: 0 };
        let mut bits = 0u64;
        for (i, (f, c)) in l.table.iter().zip(counts).enumerate().take(used) {
            let low = (i as u32 >> k).sat_sub(1);
            let each = BITS as i32 * 256 - log2_q8((*f).into()) + (low as i32 * 256);
            bits += u64::from(*c as u32) * each as u64;
        }
        let bits = (bits * u64::from(n)).checked_div(seen.into()).unwrap_or(0);
        let side = u64::from(l.table_bits().div_ceil(8));
        l.cost = bits + (side + 4 * states_for(n as usize) as u64 + 4) * 8 * 256;
        let mut before = 0;
        for f in l.table.iter_mut().take(used) {
            let own = *f;
            *f = own << 16 | before;
            before += own;
        }
        l
    }

    /// The codes of the frequencies `plain`, except that of `rest`.
    ///
    /// An item is the change of the length in bits from the frequency before, the kept bits below the highest bit, and
    /// the number of these bits.
    fn lengths<'a>(&self, plain: impl Iterator<Item = u32> + 'a) -> impl Iterator<Item = (u32, u32, u32)> + 'a {
        let (rest, max_fine) = (self.rest, self.fine);
        let mut before = 0i32;
        plain.enumerate().filter(move |(i, _)| *i != rest).map(move |(_, f)| {
            let length = 32 - f.leading_zeros();
            let change = zigzag(length as i32 - before);
            before = length as i32;
            let low = length.saturating_sub(1);
            let fine = low.min(max_fine);
            (change, (f >> (low - fine)) & ((1 << fine) - 1), fine)
        })
    }

    /// Number of bits that [`Self::write_table`] appends. The table holds plain frequencies.
    fn table_bits(&self) -> u32 {
        let plain = self.table.iter().copied().take(self.used);
        20 + self.lengths(plain).map(|(change, _, fine)| change + 1 + fine).sum::<u32>()
    }

    /// Appends the parameters and the frequencies.
    fn write_table(&self, w: &mut BitWriter<'_>) {
        w.put(self.k, 2);
        w.put(self.fine, 2);
        w.put(self.used as u32 - 1, 8);
        w.put(self.rest as u32, 8);
        for (change, low, fine) in self.lengths(self.table.iter().map(|f| f >> 16).take(self.used)) {
            w.unary(change);
            w.put(low, fine);
        }
    }

    /// Writes `e`, from all of which the table was learned, and returns the number of bytes. `e` is overwritten.
    pub(crate) fn write(&self, e: &mut [i32], out: &mut [u8]) -> Option<usize> {
        let classes = |mut w: BitWriter<'_>, e: &mut [i32]| {
            self.write_table(&mut w);
            self.classes(w, e)
        };
        section::write(out, e, classes, |area, e| by_states!(e.len(), turn => code(turn, area, e)))
    }
}

impl Learned {
    /// Replaces residuals by the entries of their classes, and appends their raw bits.
    #[inline(never)]
    fn classes(&self, w: BitWriter<'_>, e: &mut [i32]) -> Option<usize> {
        let level = Level::detect();
        simd::with_bits(level, || self.classes_at(level, w, e))
    }

    #[cfg_attr(feature = "std", inline(always))]
    fn classes_at(&self, level: Level, mut w: BitWriter<'_>, e: &mut [i32]) -> Option<usize> {
        let [mut classes, mut low, mut bits, mut lengths] = [[0u32; NUMBERS]; 4];
        let mut long = [0u64; NUMBERS];
        #[allow(clippy::indexing_slicing, reason = "masked to the table's 256")]
        let entry = |class: u32| self.table[class as usize & (CLASSES - 1)] as i32;
        let (blocks, rest) = e.as_chunks_mut::<NUMBERS>();
        for b in blocks {
            simd::split(level, b, self.k, &mut classes, &mut low, &mut bits);
            let n = simd::gather(level, &low, &bits, &mut long, &mut lengths);
            for (long, bits) in long.iter().zip(lengths).take(n) {
                w.put_long(*long, bits);
            }
            for (v, class) in b.iter_mut().zip(classes) {
                *v = entry(class);
            }
        }
        for v in rest {
            let z = zigzag(*v);
            let (class, bits) = class_of(z, self.k);
            w.put(z & ((1 << bits) - 1), bits);
            *v = entry(class);
        }
        w.finish()
    }
}

/// Codes table entries, one turn of the states at a time.
#[inline(never)]
fn code<T: Turn>(turn: T, area: &mut [u8], e: &[i32]) -> Option<Coded> {
    simd::with_bits(Level::detect(), || code_at(turn, area, e))
}

#[cfg_attr(feature = "std", inline(always))]
fn code_at<T: Turn>(turn: T, area: &mut [u8], e: &[i32]) -> Option<Coded> {
    let mut enc = Encoder::<T, BITS>::new(turn, area);
    turn.put(&mut enc, e, |_, _| ());
    enc.finish()
}

/// A code point: its class, the frequency, and the distance from the first code point of the class.
#[inline]
const fn point(class: usize, f: u32, at: u32) -> u32 {
    (class as u32) << 24 | f << 12 | at
}

/// Reads the frequencies into code points. Returns `k`, or `None` if the table is invalid.
fn read_table(r: &mut BitReader<'_>, points: &mut [i32; READ_CELLS]) -> Option<u32> {
    let (k, fine) = (r.get(2), r.get(2));
    let (used, rest) = (r.get(8) as usize + 1, r.get(8) as usize);
    if rest >= used {
        return None;
    }
    let mut table = [0u32; CLASSES];
    let (mut before, mut sum) = (0i32, 0u32);
    for (i, f) in table.iter_mut().enumerate().take(used) {
        if i == rest {
            continue;
        }
        before += unzigzag(r.unary(64));
        if !(0..=BITS as i32).contains(&before) {
            return None;
        }
        if before > 0 {
            let low = before as u32 - 1;
            let fine = fine.min(low);
            *f = ((1 << fine) | r.get(fine)) << (low - fine);
        }
        sum += *f;
    }
    *table.get_mut(rest)? = ONE.checked_sub(sum).filter(|f| *f > 0)?;
    let mut left = points.as_mut_slice();
    for (class, f) in table.iter().enumerate().take(used) {
        let (own, rest) = core::mem::take(&mut left).split_at_mut_checked(*f as usize)?;
        for (at, p) in (0u32..).zip(own) {
            *p = point(class, *f, at) as i32;
        }
        left = rest;
    }
    // Numbers of higher classes have more than 32 bits.
    (used <= classes_of(k)).then_some(k)
}

/// Reads residuals into `e`; `None` if the bytes are damaged. `cells` has at least [`READ_CELLS`].
pub(crate) fn read(r: &mut Reader<'_>, e: &mut [i32], cells: &mut [i32]) -> Option<()> {
    let points = cells.first_chunk_mut::<READ_CELLS>()?;
    let s = Section::read(r, e.len())?;
    let mut bits = BitReader::new(s.bits);
    let k = read_table(&mut bits, points)?;
    by_states!(e.len(), turn => decode(turn, &s, points, bits, k, e))
}

/// The residual of a class, with its raw bits.
#[inline]
fn value(class: u32, k: u32, mut bits: impl FnMut(u32) -> u32) -> i32 {
    let low = (class >> k).sat_sub(1);
    let high = class - (low << k);
    unzigzag((high << low) | bits(low))
}

fn decode<T: Turn>(
    turn: T,
    s: &Section<'_>,
    points: &[i32; READ_CELLS],
    bits: BitReader<'_>,
    k: u32,
    e: &mut [i32],
) -> Option<()> {
    let level = Level::detect();
    simd::with_bits(level, || decode_at(turn, level, s, points, bits, k, e))
}

#[cfg_attr(feature = "std", inline(always))]
fn decode_at<T: Turn>(
    turn: T,
    level: Level,
    s: &Section<'_>,
    points: &[i32; READ_CELLS],
    mut bits: BitReader<'_>,
    k: u32,
    e: &mut [i32],
) -> Option<()> {
    let mut dec = s.decoder(turn);
    let (blocks, rest) = e.as_chunks_mut::<BLOCK>();
    let exact = 2u32 << k;
    for b in blocks {
        let mut classes = [0u8; BLOCK];
        dec.fill_from::<BITS>(points, &mut classes);
        if classes.iter().fold(0, |m, c| (*c).max(m)) < exact as u8 {
            for (v, c) in b.iter_mut().zip(classes) {
                *v = unzigzag(c.into());
            }
        } else {
            bits.run::<LOW_BYTES>(|bytes, at| simd::join(level, &classes, k, bytes, at, b));
        }
    }
    for (i, v) in rest.iter_mut().enumerate() {
        *v = value(dec.get_from::<BITS>(i, points).into(), k, |n| bits.get(n));
    }
    (dec.finished() && bits.ended()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round(e: &[i32]) -> usize {
        let mut cells = std::vec![0; READ_CELLS.max(WRITE_CELLS)];
        let mut buf = std::vec![0u8; 1024 + 5 * e.len()];
        let mut work = e.to_vec();
        let l = Learned::from(e, &mut cells).unwrap();
        let n = l.write(&mut work, &mut buf).unwrap();
        let estimated = l.cost / 2048;
        assert!((n as u64).abs_diff(estimated) <= 16 + estimated / 50, "{n} bytes, estimated {estimated}");
        work.fill(7);
        let mut r = Reader::new(&buf[..n]);
        read(&mut r, &mut work, &mut cells).unwrap();
        assert!(r.rest().is_empty());
        assert_eq!(work, e);
        n
    }

    proptest! {
        #[test]
        fn residuals_read_back(
            e in proptest::collection::vec(prop_oneof![4 => -3..4i32, 2 => -300..300i32, 1 => any::<i32>(), 1 => Just(i32::MIN)], 1..900),
            times in 1usize..12,
        ) {
            round(&e.repeat(times));
        }
    }

    #[test]
    fn classes_cover_all_numbers_in_order() {
        for k in 0..4 {
            let mut before = 0;
            for z in (0..100_000).chain((0..32).flat_map(|b| [(1u32 << b) - 1, 1 << b])).chain([u32::MAX]) {
                let (class, bits) = class_of(z, k);
                let low = (class >> k).saturating_sub(1);
                assert_eq!(low, bits);
                assert_eq!((class - (low << k)) << low, z >> low << low);
                assert!(class <= 255 && (z > 100_000 || class >= before));
                before = if z < 99_999 { class } else { 0 };
            }
            assert!(class_of(u32::MAX, k).0 < (33 - k) << k);
        }
    }

    #[test]
    fn sparse_residuals_are_short_and_many_classes_fit() {
        let mut sparse = std::vec![0; 8192];
        sparse[77] = i32::MAX;
        sparse[6000] = -123_456;
        assert!(round(&sparse) < 80);
        let wide: std::vec::Vec<i32> =
            (0..16384i32).map(|i| 1i32.wrapping_shl(i as u32 % 32).wrapping_mul(i)).collect();
        round(&wide);
    }

    #[test]
    fn invalid_tables_are_refused() {
        let mut points = [0; READ_CELLS];
        let mut valid = 0;
        for seed in 0u32..20_000 {
            let bytes: std::vec::Vec<u8> =
                (0..40u32).map(|i| (seed.wrapping_mul(2654435761).wrapping_add(i * i * 40503) >> 11) as u8).collect();
            valid += u32::from(read_table(&mut BitReader::new(&bytes), &mut points).is_some());
        }
        assert!(valid < 10_000);
    }
}
