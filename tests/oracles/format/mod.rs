//! A second decoder, written from docs/formats/container.md alone: plain and slow, without a line of the library. Numbers in
//! brackets are sections of that text. What it does not have are the CCSDS 121 and the LZ codec: those have texts and
//! decoders of their own.

mod adaptive;
mod arrays;
mod bytes;
mod maps;
mod packets;
mod planes;
mod predict;

use bytes::{Bytes, R, crc32c, need, note};

pub(crate) use arrays::tables_crc;
pub(crate) use bytes::seen;

/// A stream as a reader sees it.
pub(crate) struct Stream {
    pub(crate) raw: Vec<u8>,
    /// Bytes up to the end of its end frame. What follows is not part of it [2].
    pub(crate) len: usize,
    /// Raw offsets of frames, and their positions in the stream, as the index has them.
    pub(crate) index: Vec<(u64, u64)>,
    /// Of each frame: its raw offset and its position.
    pub(crate) frames: Vec<(u64, u64)>,
    /// No frame refers to what is before its group: encoders see to that, readers do not.
    pub(crate) within_groups: bool,
}

/// What is in a frame [3].
#[derive(Clone, Copy)]
pub(crate) struct Format {
    /// 0 to 10.
    sample: u8,
    little: bool,
    channels: usize,
}

impl Format {
    /// Bytes of a sample.
    fn width(self) -> usize {
        [1, 1, 1, 2, 2, 3, 4, 4, 8, 4, 8][usize::from(self.sample)]
    }
}

/// Reads a whole sound stream [2, 3, 4].
pub(crate) fn read(stream: &[u8], ccsds121: Ccsds121<'_>, lz: Lz<'_>) -> R<Stream> {
    let mut out = Stream { raw: Vec::new(), len: 0, index: Vec::new(), frames: Vec::new(), within_groups: true };
    let (mut at, mut id, mut next, mut group) = (0, None, 0, 0);
    loop {
        // Both versions begin alike [3.1, 3.2].
        let body = match stream.get(at + 4).ok_or("a header ends early")? >> 4 {
            1 => 28,
            2 => 31,
            _ => return Err("version"),
        };
        let head = stream.get(at..at + body).ok_or("a header ends early")?;
        let mut h = Bytes(head);
        need(h.take(4)? == [0xf5, 0x53, 0x51, 0xb2], "sync")?;
        let (version, codec, format) = (h.u8()?, h.u8()?, h.u8()?);
        let position = usize::from((version & 15) << 4 | codec >> 4);
        let channels = h.number(2)? as usize + 1;
        let identity = if body == 28 { h.number(2)? } else { h.number(8)? };
        if body == 28 {
            // The sequence.
            h.number(3)?;
        }
        let (raw_len, payload_len, offset) = (h.number(3)? as usize, h.number(3)? as usize, h.number(8)?);
        let mut rest = Bytes(&stream[at + body..]);
        let header_crc = rest.take(4)?;
        need(Bytes(header_crc).number(4)? == u64::from(crc32c(head)), "header CRC")?;
        let payload = rest.take(payload_len)?;
        let checked = if body == 28 { payload.to_vec() } else { [header_crc, payload].concat() };
        need(rest.number(4)? == u64::from(crc32c(&checked)), "payload CRC")?;
        need(*id.get_or_insert((body, identity)) == (body, identity), "another stream")?;
        need(offset == out.raw.len() as u64, "offset")?;
        let length = body + 4 + payload_len + 4;
        if codec & 15 == 15 {
            need(raw_len == 0 && position == 0, "end frame")?;
            let (body, last) = payload.split_at(payload_len.checked_sub(4).ok_or("the end frame's length")?);
            need(Bytes(last).number(4)? == length as u64, "the end frame's length")?;
            if !body.is_empty() {
                let mut b = Bytes(body);
                let g = b.glyph()?;
                need((g.kind, g.id) == (3, 1) && b.0.is_empty(), "index glyph")?;
                let mut pairs = Bytes(g.payload);
                while !pairs.0.is_empty() {
                    out.index.push((pairs.number(8)?, pairs.number(8)?));
                }
            }
            out.len = at + length;
            return Ok(out);
        }
        need(raw_len > 0 && raw_len <= 4 << 20 && payload_len <= 4 << 20, "lengths")?;
        let f = Format { sample: format & 0x7f, little: format & 0x80 != 0, channels };
        need(f.sample <= 10 && channels <= 4096, "format")?;
        need(codec & 15 == 0 || payload_len < raw_len, "a frame that did not shrink")?;
        note(format!("frame {}", codec & 15));
        // What the frame may refer to [14]: the bytes of its group so far.
        need(position == 0 || position == next, "position in the group")?;
        next = position + 1;
        if position == 0 {
            group = out.raw.len();
        }
        let mut b = Bytes(payload);
        let (mut past, mut crc) = (&[] as &[u8], None);
        if position > 0 && matches!(codec & 15, 1 | 2) {
            let u = b.varint()? as usize;
            crc = Some(b.number(4)?);
            note(if u > 0 { "after bytes".into() } else { "after none".into() });
            past = &out.raw[out.raw.len().checked_sub(u).ok_or("bytes that are not there")?..];
            out.within_groups &= out.raw.len() - u >= group;
        }
        let raw = match codec & 15 {
            0 => payload.to_vec(),
            1 => planes::numeric(b.0, f, raw_len, past)?,
            2 => lz(b.0, past, raw_len)?,
            3 => ccsds121(payload, raw_len)?,
            4 => packets::packets(payload, raw_len, lz)?,
            _ => return Err("codec"),
        };
        need(raw.len() == raw_len, "raw length")?;
        if let Some(crc) = crc
            && crc != u64::from(crc32c(&raw))
        {
            note(format!("CRC {}", crc32c(&raw)));
            return Err("CRC of a frame after others");
        }
        out.frames.push((offset, at as u64));
        out.raw.extend(raw);
        at += length;
    }
}

/// Reads streams that follow one another, with anything between them but a sync marker: their originals [2].
pub(crate) fn read_all(mut input: &[u8], ccsds121: Ccsds121<'_>, lz: Lz<'_>) -> R<Vec<u8>> {
    let mut raw = Vec::new();
    while let Some(at) = input.windows(4).position(|w| w == [0xf5, 0x53, 0x51, 0xb2]) {
        let stream = read(&input[at..], ccsds121, lz)?;
        raw.extend(stream.raw);
        input = &input[at + stream.len..];
    }
    Ok(raw)
}

/// Reads the payload of a CCSDS 121 frame of `len` bytes.
pub(crate) type Ccsds121<'f> = &'f dyn Fn(&[u8], usize) -> R<Vec<u8>>;
/// The same for LZ, after the bytes of the past.
pub(crate) type Lz<'f> = &'f dyn Fn(&[u8], &[u8], usize) -> R<Vec<u8>>;
