//! Variable-length unsigned integers, and the zigzag map of signed ones.
//!
//! Each byte holds seven bits, the most significant group first; the high bit is set in every byte but the last. A
//! value has one to five bytes and no leading zero group, so every value has exactly one encoding.

use crate::util::bytes::{Reader, Writer};

/// Appends the encoding of `v`.
pub fn write(w: &mut Writer<'_>, v: u32) {
    for shift in [28u32, 21, 14, 7] {
        if v >> shift != 0 {
            w.u8(0x80 | ((v >> shift) & 0x7f) as u8);
        }
    }
    w.u8((v & 0x7f) as u8);
}

/// Bytes that [`write()`] needs for `v`.
#[must_use]
pub const fn len(v: u32) -> usize {
    match v {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        0x4000..0x20_0000 => 3,
        0x20_0000..0x1000_0000 => 4,
        _ => 5,
    }
}

/// Reads the next value; `None` if the bytes end early or the encoding is not the shortest one.
pub fn read(r: &mut Reader<'_>) -> Option<u32> {
    let mut v = 0u32;
    for at in 0..5u32 {
        let b = r.u8()?;
        if at == 0 && b == 0x80 || v >> 25 != 0 {
            return None;
        }
        v = (v << 7) | u32::from(b & 0x7f);
        if b & 0x80 == 0 {
            return Some(v);
        }
    }
    None
}

/// Maps a signed value to an unsigned one: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4.
#[must_use]
#[inline]
pub const fn zigzag(v: i32) -> u32 {
    ((v << 1) ^ (v >> 31)) as u32
}

/// The inverse of [`zigzag`].
#[must_use]
#[inline]
pub const fn unzigzag(z: u32) -> i32 {
    ((z >> 1) as i32) ^ (z as i32 & 1).wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_every_length_read_back_and_other_encodings_are_refused() {
        for v in [0, 1, 127, 128, 16383, 16384, 0x1f_ffff, 0x20_0000, 0x0fff_ffff, 0x1000_0000, u32::MAX] {
            let mut buf = [0u8; 8];
            let mut w = Writer::new(&mut buf);
            write(&mut w, v);
            let n = w.finish().unwrap();
            assert_eq!(n, len(v));
            assert_eq!(read(&mut Reader::new(&buf[..n])), Some(v));
            assert_eq!(read(&mut Reader::new(&buf[..n - 1])), None);
        }
        assert_eq!(read(&mut Reader::new(&[0x80, 0])), None);
        assert_eq!(read(&mut Reader::new(&[0x90, 0x80, 0x80, 0x80, 0])), None);
        assert_eq!(read(&mut Reader::new(&[0x8f, 0xff, 0xff, 0xff, 0x7f])), Some(u32::MAX));
    }

    #[test]
    fn zigzag_is_a_bijection() {
        for v in [0, -1, 1, -2, 2, i32::MAX, i32::MIN] {
            assert_eq!(unzigzag(zigzag(v)), v);
        }
        assert_eq!((zigzag(-1), zigzag(1), zigzag(i32::MIN)), (1, 2, u32::MAX));
    }
}
