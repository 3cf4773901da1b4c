//! What a frame is coded with.

use super::format::{Format, SampleType};
use super::frame::Codec;
use super::numeric::{self, EncodeWork};
use super::{Effort, detect};

/// Which codec a stream's frames may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// The one that promises the least bytes, per frame.
    Auto,
    /// The numeric codec.
    Numeric,
    /// No coding.
    Stored,
}

/// How a frame's payload was written.
#[derive(Clone, Copy, Debug)]
pub struct Coded {
    /// With which codec.
    pub codec: Codec,
    /// What the bytes were taken for: bytes may have turned out to be packets or samples.
    pub format: Format,
    /// Bytes of the payload.
    pub len: usize,
}

/// Writes the payload of a frame of `raw` into `out`, which is as long as `raw`; never longer than `raw` itself.
pub fn payload(
    raw: &[u8],
    format: Format,
    method: Method,
    effort: Effort,
    work: &mut EncodeWork<'_>,
    out: &mut [u8],
) -> Coded {
    let room = raw.len().saturating_sub(1);
    if method != Method::Stored
        && raw.len() >= format.row_bytes()
        && let Some(space) = out.get_mut(..room)
    {
        let format = if format.sample == SampleType::Bytes && format.channels == 1 {
            detect::format(raw, work.cells)
        } else {
            format
        };
        // The LZ and CCSDS 121 codecs join here: each with an estimate, the least one is tried first.
        if let Some(len) = numeric::encode(raw, format, effort, work, space) {
            return Coded { codec: Codec::Numeric, format, len };
        }
    }
    let len = raw.len().min(out.len());
    if let (Some(to), Some(from)) = (out.get_mut(..len), raw.get(..len)) {
        to.copy_from_slice(from);
    }
    Coded { codec: Codec::Stored, format, len }
}
