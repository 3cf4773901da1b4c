//! A checksum over values, so that a flipped bit in a table is found. Values, not memory: padding has no say.

use crate::crc::Crc32c;
use crate::util::unsigned::Unsigned;

/// CRC-32C over words, gathered so that a few calls do for many.
#[derive(Debug, Default)]
pub struct Digest {
    sum: Crc32c,
    piece: [[u8; 8]; 32],
    used: usize,
}

impl Digest {
    /// One more word.
    pub fn word(&mut self, v: u64) {
        if let Some(slot) = self.piece.get_mut(self.used) {
            *slot = v.to_ne_bytes();
            self.used = self.used.sat_add(1);
        }
        if self.used == self.piece.len() {
            self.flush();
        }
    }

    /// More words.
    pub fn words<const N: usize>(&mut self, words: [u64; N]) {
        words.into_iter().for_each(|w| self.word(w));
    }

    /// Sizes.
    pub fn sizes<const N: usize>(&mut self, sizes: [usize; N]) {
        sizes.into_iter().for_each(|s| self.word(s as u64));
    }

    /// A value that may be missing.
    pub fn maybe(&mut self, v: Option<u64>) {
        self.words([u64::from(v.is_some()), v.unwrap_or(0)]);
    }

    /// Bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.flush();
        self.sum = self.sum.update(bytes);
    }

    fn flush(&mut self) {
        self.sum = self.sum.update(self.piece.get(..self.used).unwrap_or(&[]).as_flattened());
        self.used = 0;
    }

    /// The checksum of all so far.
    #[must_use]
    pub fn value(mut self) -> u32 {
        self.flush();
        self.sum.value()
    }
}
