//! Input that is not an encoded stream: what it is instead.

use crate::codec::container::frame;
use crate::status::{Error, Status};
use crate::util::slice::Put;

/// Bytes of the input that are kept to recognize it.
const BYTES: usize = 16;

/// Bytes of the input that are checked for text.
const CHECKED: usize = 4096;

/// First bytes of kinds of files, and the error for them. A dot stands for any byte.
const KINDS: [(&[u8], &str); 25] = [
    (b"RIFF....WAVE", "not an encoded stream: the input is a WAV file"),
    (b"RF64....WAVE", "not an encoded stream: the input is an RF64 file"),
    (b"BW64....WAVE", "not an encoded stream: the input is a BW64 file"),
    (b"\x1f\x8b", "not an encoded stream: the input is compressed by gzip"),
    (b"\x28\xb5\x2f\xfd", "not an encoded stream: the input is compressed by zstd"),
    (b"\x04\x22\x4d\x18", "not an encoded stream: the input is compressed by lz4"),
    (b"\xfd7zXZ\0", "not an encoded stream: the input is compressed by xz"),
    (b"BZh", "not an encoded stream: the input is compressed by bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "not an encoded stream: the input is a 7z archive"),
    (b"PK\x03\x04", "not an encoded stream: the input is a ZIP archive"),
    (b"fLaC", "not an encoded stream: the input is a FLAC file"),
    (b"OggS", "not an encoded stream: the input is an Ogg file"),
    (b"caff", "not an encoded stream: the input is a CAF file"),
    (b"FORM....AIF", "not an encoded stream: the input is an AIFF file"),
    (b"ID3", "not an encoded stream: the input is an MP3 file"),
    (b"\x93NUMPY", "not an encoded stream: the input is a NumPy file"),
    (b"\x89HDF\r\n\x1a\n", "not an encoded stream: the input is an HDF5 file"),
    (b"\x89PNG\r\n\x1a\n", "not an encoded stream: the input is a PNG file"),
    (b"\xff\xd8\xff", "not an encoded stream: the input is a JPEG file"),
    (b"GIF8", "not an encoded stream: the input is a GIF file"),
    (b"II*\0", "not an encoded stream: the input is a TIFF file"),
    (b"%PDF-", "not an encoded stream: the input is a PDF file"),
    (b"\x7fELF", "not an encoded stream: the input is an ELF file"),
    (b"SQLite format 3\0", "not an encoded stream: the input is an SQLite database"),
    (b"sqscheck", "not an encoded stream: the input is a checkpoint of this library"),
];

/// The first bytes of the input, and the number of its bytes.
#[derive(Debug, Default)]
pub(super) struct Head {
    bytes: [u8; BYTES],
    len: usize,
    /// Whether a byte other than 0 was found.
    nonzero: bool,
    /// Whether a byte was found that text does not have.
    binary: bool,
}

impl Head {
    /// Adds input.
    pub(super) fn add(&mut self, input: &[u8]) {
        let free = self.bytes.get_mut(self.len.min(BYTES)..).unwrap_or_default();
        let n = free.len().min(input.len());
        if let (Some(to), Some(from)) = (free.get_mut(..n), input.get(..n)) {
            to.put(from);
        }
        let checked = input.get(..CHECKED.saturating_sub(self.len).min(input.len())).unwrap_or(&[]);
        self.len = self.len.saturating_add(input.len());
        self.nonzero |= checked.iter().any(|b| *b != 0);
        self.binary |= checked.iter().any(|b| matches!(*b, 0..=8 | 14..=26 | 28..=31 | 127));
    }

    fn known(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&self.bytes)
    }

    /// Whether the input begins with a sync marker, one damaged byte allowed.
    pub(super) fn begins_with_sync(&self) -> bool {
        frame::begins_with_sync(self.known())
    }

    /// The text for the kind of file that the input is, if it is a known one.
    fn kind(&self) -> Option<&'static str> {
        let begins = |kind: &[u8]| {
            kind.len() <= self.known().len() && kind.iter().zip(self.known()).all(|(k, b)| *k == b'.' || k == b)
        };
        KINDS.iter().find(|(kind, _)| begins(kind)).map(|(_, text)| *text)
    }

    /// Whether the input is a known kind of file: a reader that refuses damage need not read it to the end.
    pub(super) fn is_known(&self) -> bool {
        self.kind().is_some()
    }

    /// The error for an input without any frame.
    pub(super) fn error(&self) -> Error {
        let text = match self.kind() {
            _ if self.len == 0 => "not an encoded stream: the input is empty",
            Some(text) => text,
            None if !self.nonzero => "not an encoded stream: the input consists of zeros",
            None if !self.binary => "not an encoded stream: the input is text",
            None => "not an encoded stream: the input has no frames",
        };
        Error::new(Status::Format, text)
    }
}

/// The error for a stream of another version.
pub(super) fn version_error(version: u8) -> Error {
    let text = "a stream of version {a} of the format; this library reads versions 1 to {b}";
    Error::new(Status::Format, text).a(version).b(frame::VERSION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::text::Text;
    use std::string::{String, ToString};

    fn text(input: &[u8]) -> String {
        let mut head = Head::default();
        input.chunks(3).for_each(|c| head.add(c));
        let e = head.error();
        assert_eq!(e.status, Status::Format);
        let mut out = Text::<320>::new();
        e.write(&mut out);
        out.as_str().to_string()
    }

    #[test]
    fn what_is_found_is_named() {
        for (input, what) in [
            (&b""[..], "empty"),
            (&[0; 40], "zeros"),
            (b"t,x\r\n1,2\n", "text"),
            ("gr\u{fc}n".as_bytes(), "text"),
            (b"\x1f\x8b\x08rest", "gzip"),
            (b"RIFF\x24\0\0\0WAVEfmt ", "WAV"),
            (b"RIFF\x24\0\0\0AVI LIST", "no frames"),
            (b"\x01\x02\x03", "no frames"),
            (b"\x1f", "no frames"),
        ] {
            assert!(text(input).contains(what), "{input:?}: {}", text(input));
        }
    }
}
