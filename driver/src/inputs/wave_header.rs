//! The header of a WAV file: the sample type, the channels, and the position of the samples. The codec encodes the
//! whole file, header included.

/// The content of a WAV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WaveHeader {
    /// Sample type, as on the command line.
    pub(crate) sample: &'static str,
    pub(crate) channels: u32,
    /// Position of the first sample in bytes.
    pub(crate) data: usize,
}

/// Bytes that are searched for a header.
pub(crate) const MAX_BYTES: usize = 4096;

/// Parses the header in the first bytes of a file. Returns None if it is not a WAV file, or if its samples are
/// compressed.
pub(crate) fn parse(file: &[u8]) -> Option<WaveHeader> {
    let word = |at: usize| file.get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]]));
    let size = |at: usize| file.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
    if !matches!(file.get(..4)?, b"RIFF" | b"RF64") || file.get(8..12)? != b"WAVE" {
        return None;
    }
    let (mut at, mut kind) = (12, None);
    loop {
        let (name, body) = (file.get(at..at + 4)?, at + 8);
        match name {
            b"fmt " => {
                // The extensible form has its tag at a later position.
                let tag = if word(body)? == 0xfffe { word(body + 24)? } else { word(body)? };
                let (channels, row) = (u32::from(word(body + 2)?), u32::from(word(body + 12)?));
                let sample = match (tag, row.checked_div(channels)?, row % channels) {
                    (1, 1, 0) => "u8",
                    (1, 2, 0) => "i16",
                    (1, 3, 0) => "i24",
                    (1, 4, 0) => "i32",
                    (3, 4, 0) => "f32",
                    (3, 8, 0) => "f64",
                    _ => return None,
                };
                kind = Some((sample, channels));
            }
            b"data" => return kind.map(|(sample, channels)| WaveHeader { sample, channels, data: body }),
            _ => {}
        }
        // Chunks are padded to an even length.
        at = body.checked_add(size(at + 4)?)?.checked_next_multiple_of(2)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_plain_samples_are_parsed_and_others_are_not() {
        let mut file = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0".to_vec();
        let format = file.len();
        file.extend_from_slice(&[1, 0, 2, 0, 0x44, 0xac, 0, 0, 0, 0, 0, 0, 6, 0, 24, 0]);
        file.extend_from_slice(b"data\0\0\0\0");
        assert_eq!(parse(&file), Some(WaveHeader { sample: "i24", channels: 2, data: file.len() }));
        for end in 0..file.len() - 8 {
            assert_eq!(parse(&file[..end]), None, "{end}");
        }
        file[format] = 2; // ADPCM
        assert_eq!(parse(&file), None);
        file[format] = 1;
        file[format + 2] = 0; // no channels
        assert_eq!(parse(&file), None);
    }
}
