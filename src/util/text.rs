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
        self.push_bytes(s.as_bytes());
    }

    /// Appends bytes of valid UTF-8, cut at a character boundary where the capacity ends.
    pub fn push_bytes(&mut self, s: &[u8]) {
        let s = cut_to(s, N.sat_sub(self.len));
        for (to, from) in self.bytes.iter_mut().skip(self.len).zip(s) {
            *to = *from;
            self.len = self.len.sat_add(1);
        }
    }

    /// Appends a number in decimal. One that does not fit 64 bits and a sign is limited to them.
    pub fn push_int(&mut self, n: i128) {
        self.push_signed(n < 0, u64::try_from(n.unsigned_abs()).unwrap_or(u64::MAX));
    }

    /// Appends a magnitude in decimal, after a sign if it is negative.
    pub fn push_signed(&mut self, negative: bool, magnitude: u64) {
        let mut digits = [0u8; 20];
        let mut left = magnitude;
        let mut used = 0usize;
        for slot in digits.iter_mut().rev() {
            *slot = b'0'.saturating_add(left.wrapping_rem(10) as u8);
            left = left.wrapping_div(10);
            used = used.sat_add(1);
            if left == 0 {
                break;
            }
        }
        if negative {
            self.push_str("-");
        }
        let start = digits.len().sat_sub(used);
        self.push_bytes(digits.get(start..).unwrap_or(&[]));
    }

    /// Appends a number in at most six digits: `0.5`, `1e39`, `-1.79769e308`, `NaN`, `-inf`. Whole numbers below 10^15
    /// have all digits.
    pub fn push_number(&mut self, v: f64) {
        if v.is_nan() {
            return self.push_str("NaN");
        }
        let size = v.abs();
        if size < 1e15 && (size as u64) as f64 == size {
            return self.push_signed(v < 0.0, size as u64);
        }
        if v < 0.0 {
            self.push_str("-");
        }
        if size == f64::INFINITY {
            return self.push_str("inf");
        }
        let (digits, exponent) = decimal(size);
        if (-4..0).contains(&exponent) {
            self.push_str("0.");
            (exponent..-1).for_each(|_| self.push_str("0"));
            self.push_digits(digits, 0);
        } else if (0..6).contains(&exponent) {
            self.push_digits(digits, exponent.unsigned_abs().saturating_add(1));
        } else {
            self.push_digits(digits, 1);
            self.push_str("e");
            self.push_signed(exponent < 0, exponent.unsigned_abs().into());
        }
    }

    /// Appends six digits without the zeros at their end, and a point after the first `whole` of them.
    fn push_digits(&mut self, digits: u32, whole: u32) {
        let (mut left, mut at) = (digits, 0u32);
        // Bounded by the six digits.
        while left != 0 || at < whole {
            if at == whole && at > 0 {
                self.push_str(".");
            }
            self.push_signed(false, left.wrapping_div(100_000).into());
            left = left.wrapping_rem(100_000).wrapping_mul(10);
            at = at.saturating_add(1);
        }
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

/// The first bytes of valid UTF-8, at most `room` of them, cut at a character boundary.
pub fn cut_to(s: &[u8], room: usize) -> &[u8] {
    let mut end = s.len().min(room);
    // The byte after the end is the first of a character.
    while end > 0 && s.get(end).is_some_and(|b| *b & 0xC0 == 0x80) {
        end = end.sat_sub(1);
    }
    s.get(..end).unwrap_or(&[])
}

/// Six digits of a positive finite number, and the power of ten of the first one.
fn decimal(v: f64) -> (u32, i32) {
    const POWERS: [(f64, i32); 9] =
        [(1e256, 256), (1e128, 128), (1e64, 64), (1e32, 32), (1e16, 16), (1e8, 8), (1e4, 4), (1e2, 2), (1e1, 1)];
    let (mut v, mut exponent) = (v, 0i32);
    for (power, n) in POWERS {
        if v >= power {
            (v, exponent) = (v / power, exponent.saturating_add(n));
        }
        if v * power < 10.0 {
            (v, exponent) = (v * power, exponent.saturating_sub(n));
        }
    }
    let digits = (v * 1e5 + 0.5) as u32;
    if digits < 1_000_000 { (digits, exponent) } else { (digits.wrapping_div(10), exponent.saturating_add(1)) }
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
    use std::string::{String, ToString};
    use std::vec::Vec;

    #[test]
    fn numbers_are_written_whole() {
        for n in [0i128, 7, -1, 10, u64::MAX.into(), i64::MIN.into(), -i128::from(u64::MAX)] {
            let mut text = Text::<64>::new();
            text.push_int(n);
            assert_eq!(text.as_str(), n.to_string());
        }
    }

    #[test]
    fn numbers_have_six_digits() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (0.5, "0.5"),
            (-2.0, "-2"),
            (1.25, "1.25"),
            (0.1 + 0.2, "0.3"),
            (0.00012, "0.00012"),
            (0.000012, "1.2e-5"),
            (123_456_789.0, "123456789"),
            (123_456.7, "123457"),
            (1_234_567.5, "1.23457e6"),
            (999_999.7, "1e6"),
            (9.999_999, "10"),
            (0.099_999_99, "0.1"),
            (100.25, "100.25"),
            (1e39, "1e39"),
            (-1e300, "-1e300"),
            (f64::MAX, "1.79769e308"),
            (f64::MIN_POSITIVE, "2.22507e-308"),
            (f64::from_bits(1), "4.94066e-324"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (v, want) in cases {
            let mut text = Text::<64>::new();
            text.push_number(v);
            assert_eq!(text.as_str(), want, "{v:e}");
        }
        for e in -320..309 {
            let (mut text, v) = (Text::<64>::new(), 1.234_565 * std::format!("1e{e}").parse::<f64>().unwrap());
            text.push_number(v);
            let read: f64 = text.as_str().parse().unwrap();
            assert!((read - v).abs() <= 6e-6 * v + f64::from_bits(1), "{v:e} {}", text.as_str());
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

    fn shown(e: Error) -> String {
        let mut text = Text::<160>::new();
        e.write(&mut text);
        text.as_str().to_string()
    }

    #[test]
    fn errors_fill_in_their_placeholders() {
        let [hann, band] = ["hann", "band"].map(|n| Name::fitting(n).unwrap());
        let e = Error::new(Status::Name, "stage {n}: {a} of {b}, {x}.").a(3u32).b(-4i32).name(&hann);
        assert_eq!(shown(e), "stage hann: 3 of -4, .");
        let e = Error::new(Status::Name, "{n}, {m}{v} {a} {b}").name(&hann).other(&band).given(Some(7), -0.5);
        assert_eq!(shown(e.a(-1).b(u64::MAX)), "hann, band[7] = -0.5 -1 18446744073709551615");
        assert_eq!(shown(e.given(None, f64::NAN)), "hann, band = NaN 0 0");
        assert_eq!(shown(e.name(&band)), "band, [7] = -0.5 0 0");
        assert_eq!(shown(Error::new(Status::Name, "{n}{m}|{v}|{k}")), "||");
        let keys = Error::new(Status::Name, "{n}: {k}").name(&hann);
        assert_eq!(shown(keys.keys(&["lo", "hi"])), "hann: lo, hi");
        assert_eq!(shown(keys.keys(&[])), "hann: none");
        assert_eq!(
            shown(Error::new(Status::Name, "{a} {b}").a(i128::MAX).b(i128::MIN)),
            "18446744073709551615 -18446744073709551615"
        );
    }

    #[test]
    fn two_names_share_their_room() {
        let [long, short] = [Name::fitting(&"l".repeat(31)).unwrap(), Name::fitting("123456789012").unwrap()];
        let e = Error::new(Status::Name, "{n} {m}");
        assert_eq!(shown(e.name(&short).other(&long)), std::format!("123456789012 {}", "l".repeat(30)));
        assert_eq!(shown(e.name(&long).other(&short)), std::format!("{} 12345678901", "l".repeat(31)));
        let wide = Name::fitting("12345678\u{20AC}\u{20AC}").unwrap();
        assert_eq!(shown(e.name(&long).other(&wide)), std::format!("{} 12345678\u{20AC}", "l".repeat(31)));
    }

    #[test]
    fn errno_is_kept() {
        assert_eq!(Error::new(Status::Io, "{a}").os(27).os_errno(), 27);
        assert_eq!(Error::new(Status::Io, "{a}").os(-1).os_errno(), -1);
        assert_eq!(Error::new(Status::Io, "{a}").a(27).os_errno(), 0);
    }

    #[test]
    fn each_part_of_an_error_is_among_its_words() {
        let words = |e: Error| {
            let mut all = Vec::new();
            e.words(|w| all.push(w));
            all
        };
        let [one, two] = ["one", "two"].map(|n| Name::fitting(n).unwrap());
        let e = Error::new(Status::Name, "text").name(&one).other(&one);
        let changed = [
            e.with_status(Status::Limit),
            e.reworded("other"),
            e.a(1),
            e.a(1u64 << 40),
            e.b(1),
            e.a(-1),
            e.b(-1),
            e.given(None, 0.0),
            e.given(Some(0), 0.0),
            e.given(Some(0), 1.0),
            e.os(1),
            e.name(&two),
            e.name(&one).other(&two),
            e.keys(&["a"]),
            e.keys(&["a", "b"]),
        ];
        let all: std::collections::BTreeSet<_> = changed.iter().map(|e| words(*e)).chain([words(e)]).collect();
        assert_eq!(all.len(), changed.len() + 1);
    }
}
