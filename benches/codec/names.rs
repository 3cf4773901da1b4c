//! File names of recordings: `NAME_<channels>ch.<type>`, little-endian.
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};

/// The format that a file name describes, or None.
pub(crate) fn format_of(name: &str) -> Option<Format> {
    let sample = match name.rsplit('.').next()? {
        "i8" => SampleType::I8,
        "u8" => SampleType::U8,
        "i16" => SampleType::I16,
        "u16" => SampleType::U16,
        "i24" => SampleType::I24,
        "i32" => SampleType::I32,
        "u32" => SampleType::U32,
        "i64" => SampleType::I64,
        "f32" => SampleType::F32,
        "f64" => SampleType::F64,
        _ => return None,
    };
    let channels = name.split("ch.").next()?.rsplit('_').next()?.parse().ok()?;
    Format::new(sample, ByteOrder::Little, channels).ok()
}
