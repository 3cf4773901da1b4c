//! [`Format`]: the type and byte order of a stream's samples, and its number of channels.

use crate::status::{Error, Result, Status};

/// Maximum number of channels of a stream.
pub const MAX_CHANNELS: u32 = 4096;

/// The type of a sample. The numbers are those of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SampleType {
    /// Bytes without numeric meaning: logs, packets, files.
    Bytes = 0,
    /// Signed 8-bit integer.
    I8 = 1,
    /// Unsigned 8-bit integer.
    U8 = 2,
    /// Signed 16-bit integer.
    I16 = 3,
    /// Unsigned 16-bit integer.
    U16 = 4,
    /// Signed 24-bit integer in three bytes.
    I24 = 5,
    /// Signed 32-bit integer.
    I32 = 6,
    /// Unsigned 32-bit integer.
    U32 = 7,
    /// Signed 64-bit integer.
    I64 = 8,
    /// IEEE 754 binary32.
    F32 = 9,
    /// IEEE 754 binary64.
    F64 = 10,
}

impl SampleType {
    /// The type with this number in the format.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => SampleType::Bytes,
            1 => SampleType::I8,
            2 => SampleType::U8,
            3 => SampleType::I16,
            4 => SampleType::U16,
            5 => SampleType::I24,
            6 => SampleType::I32,
            7 => SampleType::U32,
            8 => SampleType::I64,
            9 => SampleType::F32,
            10 => SampleType::F64,
            _ => return None,
        })
    }

    /// Size of a sample in bytes.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            SampleType::Bytes | SampleType::I8 | SampleType::U8 => 1,
            SampleType::I16 | SampleType::U16 => 2,
            SampleType::I24 => 3,
            SampleType::I32 | SampleType::U32 | SampleType::F32 => 4,
            SampleType::I64 | SampleType::F64 => 8,
        }
    }

    /// Whether the samples are floating-point numbers.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, SampleType::F32 | SampleType::F64)
    }
}

/// The order of a sample's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// The layout of a stream's raw bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format {
    /// Type of the samples.
    pub sample: SampleType,
    /// Byte order of the samples; has no meaning for one-byte types.
    pub order: ByteOrder,
    /// Number of interleaved channels, 1 to [`MAX_CHANNELS`].
    pub channels: u32,
}

impl Format {
    /// Bytes without structure.
    pub const BYTES: Format = Format { sample: SampleType::Bytes, order: ByteOrder::Big, channels: 1 };

    /// A format; an error if `channels` is out of range.
    pub fn new(sample: SampleType, order: ByteOrder, channels: u32) -> Result<Self> {
        if channels == 0 || channels > MAX_CHANNELS {
            return Err(Error::new(Status::Argument, "{a} channels are out of range: 1 to {b}")
                .a(channels)
                .b(MAX_CHANNELS));
        }
        Ok(Format { sample, order, channels })
    }

    /// Size of a row, one sample of every channel, in bytes.
    #[must_use]
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub const fn row_bytes(self) -> usize {
        self.sample.width().saturating_mul(self.channels as usize)
    }

    /// Type and byte order as one byte of a frame header.
    #[must_use]
    pub const fn code(self) -> u8 {
        self.sample as u8 | if matches!(self.order, ByteOrder::Little) { 0x80 } else { 0 }
    }

    /// The format with this [code](Format::code) and number of channels; `None` if either is invalid.
    #[must_use]
    pub fn from_code(code: u8, channels: u32) -> Option<Self> {
        let sample = SampleType::from_code(code & 0x7f)?;
        let order = if code & 0x80 != 0 { ByteOrder::Little } else { ByteOrder::Big };
        Format::new(sample, order, channels).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_formats_correspond() {
        for code in 0..=255u8 {
            if let Some(f) = Format::from_code(code, 7) {
                assert_eq!(f.code(), code);
                assert_eq!(f.row_bytes(), 7 * f.sample.width());
            } else {
                assert!(code & 0x7f > 10);
            }
        }
        assert!(Format::from_code(0, 0).is_none() && Format::from_code(0, 4097).is_none());
    }
}
