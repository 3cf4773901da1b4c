//! Parsers of single values on the command line.

use crate::inputs::number::Number;
use crate::inputs::recording::Raw;
use crate::inputs::sigmf;
use crate::library::sample_type;
use std::ffi::{CStr, CString};

/// A number of bytes with an optional suffix K, M or G (powers of 1024).
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let trimmed = text.trim_end_matches("iB").trim_end_matches('B');
    let (digits, unit) = match trimmed.chars().last() {
        Some('K' | 'k') => (&trimmed[..trimmed.len() - 1], 1 << 10),
        Some('M' | 'm') => (&trimmed[..trimmed.len() - 1], 1 << 20),
        Some('G' | 'g') => (&trimmed[..trimmed.len() - 1], 1 << 30),
        _ => (trimmed, 1u64),
    };
    let number: u64 = digits.parse().map_err(|_| "expected a number of bytes such as 65536, 64K or 2M".to_string())?;
    number.checked_mul(unit).ok_or_else(|| "the number of bytes exceeds 64 bits".to_string())
}

/// The identity of a stream: a number above 0, decimal or hexadecimal after 0x.
pub(super) fn identity(text: &str) -> Result<u64, String> {
    let number = text.strip_prefix("0x").map_or_else(|| text.parse(), |hex| u64::from_str_radix(hex, 16));
    match number {
        Ok(n) if n > 0 => Ok(n),
        _ => Err("expected a number from 1 to 0xffffffffffffffff".to_string()),
    }
}

/// A directory as a C string, allocated for the rest of the process.
pub(super) fn directory(text: &str) -> Result<&'static CStr, String> {
    let path = CString::new(text).map_err(|_| "the path contains a NUL byte".to_string())?;
    Ok(Box::leak(path.into_boxed_c_str()))
}

/// A frame size in bytes; 0 selects the default.
pub(super) fn frame_bytes(text: &str) -> Result<u64, String> {
    match bytes(text)? {
        n if n == 0 || (16 << 10..=4 << 20).contains(&n) => Ok(n),
        _ => Err("expected 16K to 4M, or 0 for the default".to_string()),
    }
}

/// The name of a sample type, `auto`, `wav` or `sigmf`.
pub(super) fn format(text: &str) -> Result<String, String> {
    if !matches!(text, "auto" | "wav" | "sigmf") {
        sample_type(text)?;
    }
    Ok(text.to_string())
}

/// The type of raw samples: of their numbers, or by a SigMF data type.
pub(super) fn raw_format(text: &str) -> Result<Raw, String> {
    let number = Number::parse(text).map(|number| (None, number));
    let sigmf = || sigmf::parse(text).map(|(iq, number)| (Some(iq), number));
    let (iq, number) = number.or_else(sigmf).ok_or(
        "expected u8, i8, u16, i16, i24, u32, i32, f32 or f64, with the suffix le (the default) or be for types of more \
         than one byte, or a SigMF type such as ci16_le or ru8",
    )?;
    Ok(Raw { number, iq, skip: 0 })
}

/// The delimiter of a CSV file.
pub(super) fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text == "tab" || text == "\\t" => Ok(b'\t'),
        [one] if one.is_ascii() && !one.is_ascii_alphanumeric() && !matches!(one, b'"' | b'#' | b'\n' | b'\r') => {
            Ok(*one)
        }
        _ => Err("expected one character such as ; or the word tab".to_string()),
    }
}

/// A decimal separator.
pub(super) fn decimal(text: &str) -> Result<char, String> {
    match text {
        "." => Ok('.'),
        "," => Ok(','),
        _ => Err("expected . or ,".to_string()),
    }
}

/// A byte range `A..B`; the end is exclusive.
pub(super) fn range(text: &str) -> Result<(u64, u64), String> {
    let (from, to) = text.split_once("..").ok_or("expected A..B, such as 4096..8192")?;
    let from = if from.is_empty() { 0 } else { bytes(from)? };
    let to = if to.is_empty() { u64::MAX } else { bytes(to)? };
    if from < to { Ok((from, to)) } else { Err("the range is empty".to_string()) }
}

/// A duration in seconds.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(s) if s > 0.0 && s <= 1e7 => Ok(s),
        _ => Err("expected a number of seconds above 0 and up to 10000000".to_string()),
    }
}

/// A sample rate in Hz.
pub(super) fn hertz(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(hz) if hz > 0.0 && hz <= 1e12 => Ok(hz),
        _ => Err("expected a sample rate in Hz above 0 and up to 1e12".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_accepts_units() {
        assert_eq!(bytes("0"), Ok(0));
        assert_eq!(bytes("65536"), Ok(65536));
        assert_eq!(bytes("64K"), Ok(65536));
        assert_eq!(bytes("64KiB"), Ok(65536));
        assert_eq!(bytes("2M"), Ok(2 << 20));
        assert_eq!(bytes("1G"), Ok(1 << 30));
        for wrong in ["", "K", "1.5K", "-1", "99999999999999999999", "99999999999G", "1T"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
