//! What the samples of a stream are: their type, byte order and number of channels.

use crate::status::{Error, Result, Status};

/// Most channels of a stream.
pub const MAX_CHANNELS: u32 = 4096;

/// The type of a sample. The number is the one on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SampleType {
    /// Bytes of no known meaning: logs, packets, files.
    Bytes = 0,
    /// Signed 8 bit.
    I8 = 1,
    /// Unsigned 8 bit.
    U8 = 2,
    /// Signed 16 bit.
    I16 = 3,
    /// Unsigned 16 bit.
    U16 = 4,
    /// Signed 24 bit, three bytes.
    I24 = 5,
    /// Signed 32 bit.
    I32 = 6,
    /// Unsigned 32 bit.
    U32 = 7,
    /// Signed 64 bit.
    I64 = 8,
    /// IEEE 754 binary32.
    F32 = 9,
    /// IEEE 754 binary64.
    F64 = 10,
}

impl SampleType {
    /// The type with this number on the wire.
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

    /// Bytes of one sample.
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

    /// Whether the samples are floating point numbers.
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

/// How the raw bytes of a stream are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format {
    /// Type of one sample.
    pub sample: SampleType,
    /// Byte order of one sample; without meaning for one-byte types.
    pub order: ByteOrder,
    /// Interleaved channels, 1 to [`MAX_CHANNELS`].
    pub channels: u32,
}

impl Format {
    /// Bytes without structure.
    pub const BYTES: Format = Format { sample: SampleType::Bytes, order: ByteOrder::Big, channels: 1 };

    /// A format, if `channels` is in its range.
    pub fn new(sample: SampleType, order: ByteOrder, channels: u32) -> Result<Self> {
        if channels == 0 || channels > MAX_CHANNELS {
            return Err(Error::new(Status::Argument, "{a} channels, of 1 to {b}").a(channels).b(MAX_CHANNELS));
        }
        Ok(Format { sample, order, channels })
    }

    /// Bytes of one row: a sample of every channel.
    #[must_use]
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub const fn row_bytes(self) -> usize {
        self.sample.width().saturating_mul(self.channels as usize)
    }

    /// Type and byte order as the byte on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        self.sample as u8 | if matches!(self.order, ByteOrder::Little) { 0x80 } else { 0 }
    }

    /// The format of a wire byte and a channel count.
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
    fn codes_are_those_of_the_types() {
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
