//! A sum over addresses and lengths of tables: it finds a flipped bit in them before they are followed, at the cost of
//! two additions per word. Checksums of contents cannot do that, because they follow the addresses.

/// A sum over words. It differs wherever one word differs: each step is a bijection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlaceSum(usize, bool);

impl PlaceSum {
    /// Adds a word.
    #[inline(always)]
    pub fn add(&mut self, word: usize) {
        self.0 = self.0.wrapping_add(self.0 << 1).wrapping_add(word);
    }

    /// Adds a condition that does not hold in an intact handle.
    #[inline(always)]
    pub fn flag(&mut self, damaged: bool) {
        self.1 |= damaged;
    }

    /// Adds words.
    #[inline(always)]
    pub fn add_all<const N: usize>(&mut self, words: [usize; N]) {
        words.into_iter().for_each(|w| self.add(w));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_changes_the_sum() {
        let words: [usize; 9] = core::array::from_fn(|i| i.wrapping_mul(0x9e37_79b9).wrapping_sub(3));
        let sum = |words: [usize; 9]| {
            let mut sum = PlaceSum::default();
            sum.add_all(words);
            sum
        };
        for bit in 0..9 * usize::BITS {
            let mut other = words;
            other[(bit / usize::BITS) as usize] ^= 1 << (bit % usize::BITS);
            assert_ne!(sum(other), sum(words), "bit {bit}");
        }
    }
}
