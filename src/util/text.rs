//! Text by value, of a fixed capacity. Text that does not fit is cut: nothing here can fail.

use crate::util::unsigned::Unsigned;

/// Up to `N` bytes of UTF-8.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Text<N> {
    /// No text.
    #[must_use]
    pub const fn new() -> Self {
        Text { bytes: [0; N], len: 0 }
    }

    /// `s`, or `None` if all of it does not fit.
    #[must_use]
    pub fn fitting(s: &str) -> Option<Self> {
        let mut text = Self::new();
        text.push_str(s);
        (text.len == s.len()).then_some(text)
    }

    /// Appends `s`, cut at a character boundary where the capacity ends.
    pub fn push_str(&mut self, s: &str) {
        let room = N.sat_sub(self.len);
        let mut end = s.len().min(room);
        while !s.is_char_boundary(end) {
            end = end.sat_sub(1);
        }
        self.push_bytes(s.as_bytes().get(..end).unwrap_or(&[]));
    }

    /// Appends bytes of valid UTF-8, cut where the capacity ends.
    pub fn push_bytes(&mut self, s: &[u8]) {
        for (to, from) in self.bytes.iter_mut().skip(self.len).zip(s) {
            *to = *from;
            self.len = self.len.sat_add(1);
        }
    }

    /// Appends a number in decimal.
    pub fn push_int(&mut self, n: i128) {
        let mut digits = [0u8; 40];
        let mut left = n.unsigned_abs();
        let mut used = 0usize;
        for slot in digits.iter_mut().rev() {
            *slot = b'0'.saturating_add(left.wrapping_rem(10) as u8);
            left = left.wrapping_div(10);
            used = used.sat_add(1);
            if left == 0 {
                break;
            }
        }
        if n < 0 {
            self.push_str("-");
        }
        let start = digits.len().sat_sub(used);
        self.push_bytes(digits.get(start..).unwrap_or(&[]));
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&[])
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or("")
    }

    /// Whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<const N: usize> core::fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<const N: usize> core::fmt::Write for Text<N> {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        self.push_str(s);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::{Error, Name, Status};
    use std::string::ToString;

    #[test]
    fn numbers_are_written_whole() {
        for n in [0i128, 7, -1, 10, u64::MAX.into(), i64::MIN.into(), i128::MAX, i128::MIN] {
            let mut text = Text::<64>::new();
            text.push_int(n);
            assert_eq!(text.as_str(), n.to_string());
        }
    }

    #[test]
    fn text_is_cut_at_a_character_boundary() {
        let mut text = Text::<4>::new();
        text.push_str("aé€");
        assert_eq!(text.as_str(), "aé");
        assert!(Text::<4>::fitting("12345").is_none());
        assert_eq!(Text::<5>::fitting("12345").unwrap().as_str(), "12345");
    }

    #[test]
    fn errors_fill_in_their_placeholders() {
        let name = Name::fitting("hann").unwrap();
        let e = Error::new(Status::Name, "stage {n}: {a} of {b}, {x}.").a(3u32).b(-4i32).name(&name);
        let mut text = Text::<160>::new();
        e.write(&mut text);
        assert_eq!(text.as_str(), "stage hann: 3 of -4, .");
    }
}
