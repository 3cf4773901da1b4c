//! Sample types and codecs of encoded streams.

use crate::codec::container::format::SampleType;
use crate::codec::options::Method;
use crate::ffi::elements::*;

/// @name Sample types of encoded streams, in addition to #SQS_I8 to #SQS_F64
///
/// Bytes of unknown meaning. With channels above 1: packets of that many bytes.
pub const SQS_BYTES: u32 = 0;
/// Signed 24-bit integer in three bytes.
pub const SQS_I24: u32 = 11;

/// @name Codecs
///
/// The codec that is estimated to give the fewest bytes, chosen per frame: numeric for samples; numeric or LZ for
/// bytes.
pub const SQS_CODEC_AUTO: u32 = 0;
/// Numeric: predictors, ranks and entropy coding of samples.
pub const SQS_CODEC_NUMERIC: u32 = 1;
/// LZ with entropy-coded literals and sequences.
pub const SQS_CODEC_LZ: u32 = 2;
/// CCSDS 121.0-B-3.
pub const SQS_CODEC_CCSDS121: u32 = 3;
/// No coding.
pub const SQS_CODEC_STORED: u32 = 4;

/// Sample types by their numbers in the header.
const TYPES: [(u32, SampleType); 11] = [
    (SQS_BYTES, SampleType::Bytes),
    (SQS_I8, SampleType::I8),
    (SQS_U8, SampleType::U8),
    (SQS_I16, SampleType::I16),
    (SQS_U16, SampleType::U16),
    (SQS_I24, SampleType::I24),
    (SQS_I32, SampleType::I32),
    (SQS_U32, SampleType::U32),
    (SQS_I64, SampleType::I64),
    (SQS_F32, SampleType::F32),
    (SQS_F64, SampleType::F64),
];

pub(super) fn sample_type(number: u32) -> Option<SampleType> {
    TYPES.iter().find(|(n, _)| *n == number).map(|(_, t)| *t)
}

pub(super) fn number_of(sample: SampleType) -> u32 {
    TYPES.iter().find(|(_, t)| *t == sample).map_or(SQS_BYTES, |(n, _)| *n)
}

pub(super) fn method(codec: u32) -> Option<Method> {
    Some(match codec {
        SQS_CODEC_AUTO => Method::Auto,
        SQS_CODEC_NUMERIC => Method::Numeric,
        SQS_CODEC_LZ => Method::Lz,
        SQS_CODEC_CCSDS121 => Method::Ccsds121,
        SQS_CODEC_STORED => Method::Stored,
        _ => return None,
    })
}
