//! A checksum over the values of a table, which detects flipped bits. It covers values rather than memory, so padding
//! does not affect it.

use crate::crc::Crc32c;
use crate::util::unsigned::Unsigned;

/// CRC-32C over words. Words are collected, so that one call of the CRC covers many of them.
#[derive(Debug, Default)]
pub struct Digest {
    sum: Crc32c,
    piece: [[u8; 8]; 32],
    used: usize,
}

impl Digest {
    /// Appends a word.
    pub fn word(&mut self, v: u64) {
        if let Some(slot) = self.piece.get_mut(self.used) {
            *slot = v.to_ne_bytes();
            self.used = self.used.sat_add(1);
        }
        if self.used == self.piece.len() {
            self.flush();
        }
    }

    /// Appends words.
    #[cfg_attr(feature = "std", inline(always))]
    pub fn words<const N: usize>(&mut self, words: [u64; N]) {
        let room = self.piece.get_mut(self.used..).and_then(<[[u8; 8]]>::first_chunk_mut::<N>);
        let Some(room) = room else { return words.into_iter().for_each(|w| self.word(w)) };
        // All of them fit: one check for them together.
        *room = words.map(u64::to_ne_bytes);
        self.used = self.used.sat_add(N);
        if self.used == self.piece.len() {
            self.flush();
        }
    }

    /// Appends sizes.
    pub fn sizes<const N: usize>(&mut self, sizes: [usize; N]) {
        self.words(sizes.map(|s| s as u64));
    }

    /// Appends an optional value.
    pub fn maybe(&mut self, v: Option<u64>) {
        self.words([u64::from(v.is_some()), v.unwrap_or(0)]);
    }

    /// Appends bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.flush();
        self.sum = self.sum.update(bytes);
    }

    #[inline(never)]
    fn flush(&mut self) {
        self.sum = self.sum.update(self.piece.get(..self.used).unwrap_or(&[]).as_flattened());
        self.used = 0;
    }

    /// The checksum of everything appended.
    #[must_use]
    pub fn value(mut self) -> u32 {
        self.flush();
        self.sum.value()
    }
}
