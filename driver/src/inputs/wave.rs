//! The chunks of WAV files: RIFF, RIFX (big-endian), RF64 and BW64. Finds the type of the samples and where they are.
//!
//! A size that a writer to a pipe leaves open (0, 0xFFFFFFFF, or near 2 GiB) means that the samples end with the file.

use super::number::{Kind, Number};
use std::io::{self, Read};

/// The header of a WAV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wave {
    pub(crate) number: Number,
    pub(crate) channels: u32,
    /// Sample rate in Hz.
    pub(crate) rate: u32,
    /// Bits of a number that are in use, the highest ones.
    pub(crate) bits: u16,
    /// Position of the first sample in bytes.
    pub(crate) start: u64,
    /// Bytes of samples as the header states them; None where it leaves them open.
    pub(crate) stated: Option<u64>,
}

impl Wave {
    /// Bytes of a sample of all channels.
    pub(crate) fn row(&self) -> u64 {
        self.number.width() as u64 * u64::from(self.channels)
    }

    /// A description of the numbers.
    pub(crate) fn describe(&self) -> String {
        let (width, kind) = (8 * self.number.width() as u16, self.number.kind);
        let kind = if matches!(kind, Kind::F32 | Kind::F64) { "float" } else { "integer" };
        if self.bits < width {
            format!("{}-bit {kind} in {width} bits", self.bits)
        } else {
            format!("{width}-bit {kind}")
        }
    }
}

/// Names of sample formats of WAV files (the tags of mmreg.h).
const TAGS: [(u16, &str); 16] = [
    (0x0000, "an unknown format"),
    (0x0002, "Microsoft ADPCM"),
    (0x0006, "A-law"),
    (0x0007, "mu-law"),
    (0x0011, "IMA ADPCM"),
    (0x0016, "G.723 ADPCM"),
    (0x0031, "GSM 6.10"),
    (0x0040, "G.721 ADPCM"),
    (0x0050, "MPEG audio"),
    (0x0055, "MP3"),
    (0x0064, "G.726 ADPCM"),
    (0x0092, "Dolby AC-3"),
    (0x00ff, "AAC"),
    (0x0161, "Windows Media Audio"),
    (0x674f, "Ogg Vorbis"),
    (0xf1ac, "FLAC"),
];

/// First bytes of other kinds of files.
const OTHERS: [(&[u8], &str); 14] = [
    (b"fLaC", "a FLAC file"),
    (b"OggS", "an Ogg file"),
    (b"FORM", "an AIFF or another IFF file"),
    (b"ID3", "an MP3 file"),
    (b"caff", "a Core Audio file"),
    (b".snd", "an AU file"),
    (b"riff", "a Wave64 file"),
    (b"wvpk", "a WavPack file"),
    (b"MThd", "a MIDI file"),
    (b"NIST_1A", "a NIST SPHERE file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"\xf5SQ\xb2", "an encoded stream: decode it first"),
    (b"{", "JSON text"),
];

/// What a file that is not a WAV file holds, from its first bytes.
pub(crate) fn other(start: &[u8]) -> String {
    match OTHERS.iter().find(|(magic, _)| start.starts_with(magic)) {
        _ if start.is_empty() => "not a WAV file: it is empty".into(),
        _ if start.starts_with(b"RIFF") && start.len() >= 12 => {
            format!("not a WAV file: RIFF with {:?}", String::from_utf8_lossy(&start[8..12]))
        }
        Some((_, what)) => format!("not a WAV file: {what}"),
        None => "not a WAV file: it does not begin with RIFF, RIFX, RF64 or BW64".into(),
    }
}

/// Whether a file begins as a WAV file does. `start` has 12 bytes, or the whole file.
pub(crate) fn is_wave(start: &[u8]) -> bool {
    matches!(start.get(..4), Some(b"RIFF" | b"RIFX" | b"RF64" | b"BW64")) && start.get(8..12) == Some(b"WAVE")
}

/// Reads up to the end of the header. Returns None for a file that is not a WAV file, of which at most 12 bytes are
/// read, and what the file holds where its samples are not supported.
pub(crate) fn read(source: &mut dyn Read) -> Result<Option<Wave>, String> {
    let mut chunks = Chunks { source, at: 0, big: false };
    let mut start = [0; 12];
    let got = chunks.fill(&mut start)?;
    if !is_wave(&start[..got]) {
        return Ok(None);
    }
    chunks.big = &start[..4] == b"RIFX";
    let riff = chunks.u32(&start[4..]);
    let (mut format, mut large) = (None, Large::default());
    loop {
        let mut head = [0; 8];
        if chunks.fill(&mut head)? < 8 {
            let at = chunks.at;
            return Err(format!("a WAV file without samples: it ends at byte {at}, before a data chunk"));
        }
        let (name, size) = (&head[..4], chunks.u32(&head[4..]));
        match name {
            b"data" => {
                let (number, channels, rate, bits) =
                    format.ok_or("a WAV file whose samples come before their format")?;
                let stated = large.size(name, size).filter(|bytes| !is_open(*bytes, riff, chunks.at));
                return Ok(Some(Wave { number, channels, rate, bits, start: chunks.at, stated }));
            }
            b"fmt " => {
                let mut body = [0; 40];
                let len = body.len().min(size as usize);
                let got = chunks.fill(&mut body[..len])?;
                format = Some(chunks.format(&body[..got])?);
                chunks.skip(u64::from(size) + u64::from(size & 1) - got as u64)?;
            }
            b"ds64" => large = Large::read(&mut chunks, size)?,
            // Chunks are padded to an even length.
            _ => {
                let bytes = large.size(name, size).unwrap_or(u64::from(size));
                chunks.skip(bytes.saturating_add(bytes & 1))?;
            }
        }
    }
}

/// Whether a size of samples means "to the end of the file".
fn is_open(bytes: u64, riff: u32, start: u64) -> bool {
    let open = |n: u64| (0xffff_ff00..=0xffff_ffff).contains(&n) || (0x7fff_f000..=0x8000_0000).contains(&n);
    // 0 samples are meant only where the file has other chunks after them.
    let nothing_follows = riff == 0 || open(riff.into()) || u64::from(riff) + 8 <= start;
    open(bytes) || bytes == u64::MAX || (bytes == 0 && nothing_follows)
}

/// The sizes of 64 bits of RF64 and BW64.
#[derive(Default)]
struct Large {
    data: Option<u64>,
    others: Vec<([u8; 4], u64)>,
}

impl Large {
    fn read(chunks: &mut Chunks<'_>, size: u32) -> Result<Large, String> {
        let len = size.min(1 << 16) as usize;
        let mut body = vec![0; len];
        let got = chunks.fill(&mut body)?;
        chunks.skip(u64::from(size) + u64::from(size & 1) - got as u64)?;
        let word = |at: usize| body.get(at..at + 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
        // After the sizes of the file, of the data and of the samples comes a table.
        let entries = body.get(28..).unwrap_or_default().chunks_exact(12);
        let others =
            entries.filter_map(|e| Some((e.first_chunk()?.to_owned(), u64::from_le_bytes(e[4..].try_into().ok()?))));
        Ok(Large { data: word(8), others: others.collect() })
    }

    /// The size of a chunk, if one is given for it.
    fn size(&self, name: &[u8], size: u32) -> Option<u64> {
        let other = || self.others.iter().find(|(of, _)| of == name).map(|(_, size)| *size);
        match (size, name, self.data) {
            (u32::MAX, b"data", Some(0)) => Some(u64::MAX),
            (u32::MAX, b"data", Some(bytes)) => Some(bytes),
            (u32::MAX, ..) => other().or(Some(size.into())),
            _ => Some(size.into()),
        }
    }
}

/// A file that is read chunk by chunk.
struct Chunks<'a> {
    source: &'a mut dyn Read,
    at: u64,
    big: bool,
}

impl Chunks<'_> {
    /// Fills `room`. Returns the number of bytes: fewer than fit only at the end.
    fn fill(&mut self, room: &mut [u8]) -> Result<usize, String> {
        let mut filled = 0;
        while filled < room.len() {
            match self.source.read(&mut room[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e.to_string()),
            }
        }
        self.at += filled as u64;
        Ok(filled)
    }

    fn skip(&mut self, bytes: u64) -> Result<(), String> {
        let skipped = io::copy(&mut self.source.take(bytes), &mut io::sink()).map_err(|e| e.to_string())?;
        self.at += skipped;
        Ok(())
    }

    fn u16(&self, b: &[u8]) -> u16 {
        if self.big { u16::from_be_bytes([b[0], b[1]]) } else { u16::from_le_bytes([b[0], b[1]]) }
    }

    fn u32(&self, b: &[u8]) -> u32 {
        let b = [b[0], b[1], b[2], b[3]];
        if self.big { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) }
    }

    /// Number, channels, rate and bits of the format chunk.
    fn format(&self, body: &[u8]) -> Result<(Number, u32, u32, u16), String> {
        if body.len() < 16 {
            return Err(format!("a WAV file whose format has {} bytes, not 16 or more", body.len()));
        }
        let (mut tag, channels, rate) = (self.u16(body), self.u16(&body[2..]), self.u32(&body[4..]));
        let (row, bits) = (self.u16(&body[12..]), self.u16(&body[14..]));
        let mut valid = bits;
        let extended = tag == 0xfffe && body.len() >= 40;
        if extended {
            valid = if self.u16(&body[18..]) == 0 { bits } else { self.u16(&body[18..]) };
            tag = self.u16(&body[24..]);
        }
        let texts = format!("{channels} channels at {rate} Hz");
        if channels == 0 || rate == 0 {
            return Err(format!("a WAV file with {texts}"));
        }
        // The tag of an extended format is the start of an identifier, whose end is one of two constants.
        let known = !extended || matches!(body[32..], [0x80, 0, 0, 0xaa, ..] | [0x86, 0x44, 0xc8, ..]);
        let width = match row.checked_rem(channels) {
            Some(0) if row > 0 => row / channels,
            _ => bits.div_ceil(8),
        };
        let kind = match (tag, width, known && bits <= 8 * width && valid <= 8 * width) {
            (1, 1, true) => Kind::U8,
            (1, 2, true) => Kind::I16,
            (1, 3, true) => Kind::I24,
            (1, 4, true) => Kind::I32,
            (3, 4, true) => Kind::F32,
            (3, 8, true) => Kind::F64,
            _ => {
                let name = match (tag, TAGS.iter().find(|(known, _)| *known == tag)) {
                    (1, _) => "integers".into(),
                    (3, _) => "floats".into(),
                    (_, Some((_, name))) => name.to_string(),
                    _ => "samples".into(),
                };
                return Err(format!(
                    "a WAV file of {name} (format {tag:#06x}) with {bits} bits in {width} bytes, {texts}: only \
                     uncompressed integers of 8 to 32 bits and floats of 32 and 64 bits are supported"
                ));
            }
        };
        let number = Number { whole_zero: true, ..Number::new(kind, self.big) };
        Ok((number, channels.into(), rate, valid.clamp(1, 8 * width)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &[u8], body: &[u8]) -> Vec<u8> {
        let pad = if body.len() % 2 == 1 { &[0][..] } else { &[] };
        [name, &(body.len() as u32).to_le_bytes(), body, pad].concat()
    }

    fn format(tag: u16, channels: u16, bits: u16, width: u16) -> Vec<u8> {
        let row = channels * width;
        let mut body = [tag.to_le_bytes(), channels.to_le_bytes()].concat();
        body.extend(48_000u32.to_le_bytes());
        body.extend((48_000 * u32::from(row)).to_le_bytes());
        body.extend([row.to_le_bytes(), bits.to_le_bytes()].concat());
        body
    }

    fn file(magic: &[u8], riff: u32, chunks: &[Vec<u8>], data: u32) -> Vec<u8> {
        [magic, &riff.to_le_bytes(), b"WAVE", &chunks.concat(), b"data", &data.to_le_bytes()].concat()
    }

    fn parsed(file: &[u8]) -> Result<Option<Wave>, String> {
        read(&mut &file[..])
    }

    #[test]
    fn headers_of_plain_samples_are_parsed() {
        for (tag, bits, width, kind) in [
            (1, 8, 1, Kind::U8),
            (1, 12, 2, Kind::I16),
            (1, 16, 2, Kind::I16),
            (1, 24, 3, Kind::I24),
            (1, 24, 4, Kind::I32),
            (1, 32, 4, Kind::I32),
            (3, 32, 4, Kind::F32),
            (3, 64, 8, Kind::F64),
        ] {
            // A chunk of odd length is followed by a byte.
            let chunks = [chunk(b"LIST", b"abc"), chunk(b"fmt ", &format(tag, 2, bits, width))];
            let file = file(b"RIFF", 1000, &chunks, 600);
            let wave = parsed(&file).unwrap().unwrap();
            assert_eq!((wave.number.kind, wave.channels, wave.rate, wave.bits), (kind, 2, 48_000, bits));
            assert_eq!((wave.start, wave.stated), (file.len() as u64, Some(600)));
            for end in 0..file.len() {
                assert!(!matches!(parsed(&file[..end]), Ok(Some(_))), "{end}");
            }
        }
    }

    #[test]
    fn sizes_of_writers_to_pipes_are_open() {
        let chunks = [chunk(b"fmt ", &format(1, 1, 16, 2))];
        for (riff, data) in
            [(u32::MAX, u32::MAX), (0x7fff_ffff, 0x7fff_ffff), (0x7fff_f024, 0x7fff_f000), (0, 0), (36, 0)]
        {
            assert_eq!(parsed(&file(b"RIFF", riff, &chunks, data)).unwrap().unwrap().stated, None, "{data:#x}");
        }
        // No samples, and a chunk after them.
        assert_eq!(parsed(&file(b"RIFF", 60, &chunks, 0)).unwrap().unwrap().stated, Some(0));
        assert_eq!(
            parsed(&file(b"RIFF", 3_000_000_036, &chunks, 3_000_000_000)).unwrap().unwrap().stated,
            Some(3_000_000_000)
        );
    }

    #[test]
    fn sizes_of_64_bits_are_in_a_chunk_of_their_own() {
        for magic in [b"RF64", b"BW64"] {
            for (size, stated) in [(5_000_000_000u64, Some(5_000_000_000)), (0, None), (u64::MAX, None)] {
                let mut sizes = [5_000_000_100u64, size, 1].map(u64::to_le_bytes).concat();
                sizes.extend(1u32.to_le_bytes());
                sizes.extend([&b"axml"[..], &9u64.to_le_bytes()].concat());
                let long = [&b"axml\xff\xff\xff\xff"[..], &[0x20; 10]].concat();
                let chunks = [chunk(b"ds64", &sizes), long, chunk(b"fmt ", &format(1, 2, 24, 3))];
                let wave = parsed(&file(magic, u32::MAX, &chunks, u32::MAX)).unwrap().unwrap();
                assert_eq!((wave.stated, wave.number.kind), (stated, Kind::I24));
            }
        }
    }

    #[test]
    fn big_endian_files_are_parsed() {
        let mut format = [1u16.to_be_bytes(), 2u16.to_be_bytes()].concat();
        format.extend([8000u32.to_be_bytes(), 32_000u32.to_be_bytes()].concat());
        format.extend([4u16.to_be_bytes(), 16u16.to_be_bytes()].concat());
        let file = [b"RIFX\0\0\x10\0WAVEfmt \0\0\0\x10", &format[..], b"data\0\0\x04\0"].concat();
        let wave = parsed(&file).unwrap().unwrap();
        assert_eq!(
            (wave.number, wave.stated),
            (Number { whole_zero: true, ..Number::new(Kind::I16, true) }, Some(1024))
        );
    }

    #[test]
    fn refusals_state_what_the_file_holds() {
        let error = |tag: u16, bits: u16, width: u16| {
            parsed(&file(b"RIFF", 0, &[chunk(b"fmt ", &format(tag, 1, bits, width))], 0))
        };
        for (tag, bits, width, part) in [
            (2, 4, 1, "Microsoft ADPCM (format 0x0002)"),
            (6, 8, 1, "A-law"),
            (0x55, 0, 1, "MP3"),
            (3, 16, 2, "floats (format 0x0003) with 16 bits in 2 bytes"),
            (1, 64, 8, "integers (format 0x0001) with 64 bits"),
            (1, 24, 2, "24 bits in 2 bytes, 1 channels at 48000 Hz"),
        ] {
            let text = error(tag, bits, width).unwrap_err();
            assert!(text.contains(part), "{text}");
        }
        assert!(parsed(&file(b"RIFF", 0, &[], 0)).unwrap_err().contains("before their format"));
        assert_eq!(parsed(b"fLaC\0\0\0\x22\x10\0\x10\0\0\0"), Ok(None));
        assert_eq!(other(b"fLaC\0\0\0\x22"), "not a WAV file: a FLAC file");
        assert_eq!(other(b"RIFF\0\0\0\0AVI LIST"), "not a WAV file: RIFF with \"AVI \"");
    }
}
