//! Hash tables of positions: [`Latest`] keeps the last position of each hash, [`Buckets`] the last few, newest first.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in a slice of at most 4 MiB, and hashes that wrap on purpose"
)]

use crate::mem::Slide;

/// Bits of an entry that hold more bits of the hash. The upper bits are the position, below 2^22.
const TAG_BITS: u32 = 10;

/// Spreads the hashed bytes over the upper bits: a prime close to 2^64 divided by the golden ratio.
const FACTOR: u64 = 0x9E37_79B1_85EB_CA87;

/// Eight bytes from `pos`, little-endian; 0 where fewer are left.
#[cfg_attr(feature = "std", inline(always))]
pub(super) fn eight(data: &[u8], pos: usize) -> u64 {
    data.get(pos..).and_then(|rest| rest.first_chunk::<8>()).map_or(0, |word| u64::from_le_bytes(*word))
}

/// Number of equal bytes from `a` and from `b`, up to `limit`; `b` is greater than `a`.
#[cfg_attr(feature = "std", inline(always))]
fn common(data: &[u8], a: usize, b: usize, limit: usize) -> usize {
    let b_rest = data.get(b..).unwrap_or(&[]);
    let b_rest = b_rest.get(..limit).unwrap_or(b_rest);
    let a_rest = data.get(a..).unwrap_or(&[]);
    let (b_words, b_tail) = b_rest.as_chunks::<8>();
    let (a_words, _) = a_rest.as_chunks::<8>();
    let mut len = 0;
    for (x, y) in a_words.iter().zip(b_words) {
        let diff = u64::from_le_bytes(*x) ^ u64::from_le_bytes(*y);
        if diff != 0 {
            return len + (diff.trailing_zeros() >> 3) as usize;
        }
        len += 8;
    }
    let a_tail = a_rest.get(len..).unwrap_or(&[]);
    len + a_tail.iter().zip(b_tail).take_while(|(x, y)| x == y).count()
}

/// The length of the match of `from` at `pos`, up to `limit`. `diff` is the exclusive or of the first eight bytes of
/// both.
#[cfg_attr(feature = "std", inline(always))]
pub(super) fn match_len(data: &[u8], diff: u64, from: usize, pos: usize, limit: usize) -> usize {
    if diff != 0 { (diff.trailing_zeros() >> 3) as usize } else { 8 + common(data, from + 8, pos + 8, limit - 8) }
}

/// The last position of each hash. A hash without a position has 0, which is a valid position: callers compare the
/// bytes.
pub(super) struct Latest<'a> {
    places: &'a mut [u32],
    shift: u32,
}

impl<'a> Latest<'a> {
    /// An empty table in all of `words`, whose number is a power of two.
    pub(super) fn new(words: &'a mut [u32]) -> Self {
        words.fill(0);
        let shift = 64 - words.len().max(2).ilog2();
        Latest { places: words, shift }
    }

    /// Returns the last position with the hash of `word`, and replaces it by `pos`.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn replace<const BYTES: u32>(&mut self, pos: usize, word: u64) -> usize {
        let hash = (word << (64 - 8 * BYTES)).wrapping_mul(FACTOR) >> (self.shift & 63);
        let Some(place) = self.places.get_mut(hash as usize) else { return 0 };
        core::mem::replace(place, pos as u32) as usize
    }
}

/// The last `WAYS` positions of each hash.
pub(super) struct Buckets<'a, const WAYS: usize> {
    buckets: &'a mut [[u32; WAYS]],
    shift: u32,
    /// Shift that drops the bytes that are not hashed.
    drop: u32,
}

impl<'a, const WAYS: usize> Buckets<'a, WAYS> {
    /// An empty table in all of `words`, whose number is `WAYS` times a power of two, for hashes of `bytes` bytes.
    pub(super) fn new(words: &'a mut [u32], bytes: u32) -> Self {
        words.fill(0);
        let (buckets, _) = words.as_chunks_mut::<WAYS>();
        let shift = 64 - buckets.len().max(1).ilog2();
        Buckets { buckets, shift, drop: 64 - 8 * bytes }
    }

    #[cfg_attr(feature = "std", inline(always))]
    fn hash(&self, word: u64) -> (usize, u32) {
        let h = (word << self.drop).wrapping_mul(FACTOR);
        let tag = (h >> (self.shift - TAG_BITS)) as u32 & ((1 << TAG_BITS) - 1);
        ((h >> self.shift) as usize, tag)
    }

    /// Inserts `pos`, where the bytes `word` begin.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn insert(&mut self, pos: usize, word: u64) {
        let (at, tag) = self.hash(word);
        if let Some(bucket) = self.buckets.get_mut(at) {
            bucket.slide(..WAYS - 1, 1);
            if let Some(first) = bucket.first_mut() {
                *first = (pos as u32) << TAG_BITS | tag;
            }
        }
    }

    /// Calls `candidate` with each stored position that may hold `word`, newest first; inserts `pos`.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn visit(&mut self, pos: usize, word: u64, mut candidate: impl FnMut(usize)) {
        let (at, tag) = self.hash(word);
        if let Some(bucket) = self.buckets.get_mut(at) {
            let old = *bucket;
            bucket.slide(..WAYS - 1, 1);
            if let Some(first) = bucket.first_mut() {
                *first = (pos as u32) << TAG_BITS | tag;
            }
            for entry in old {
                if entry & ((1 << TAG_BITS) - 1) == tag {
                    let stored = (entry >> TAG_BITS) as usize;
                    if stored < pos {
                        candidate(stored);
                    }
                }
            }
        }
    }
}
