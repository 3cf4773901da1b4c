//! Raw bytes of a decoder: decodes payloads, and keeps the bytes that later frames may refer to.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffer; statistics in 64 bits")]

use crate::codec::container::frame::{Codec, Header, MAX_FRAME_BYTES};
use crate::codec::container::reference::{Reference, refers};
use crate::codec::options::DecodeOptions;
use crate::codec::select::work;
use crate::codec::{ccsds121, lz, numeric, packets};
use crate::crc::crc32c;
use crate::mem::Slide;
use crate::util::slice::Put;

/// Result of decoding a frame.
pub(super) enum Outcome {
    /// The bytes of the frame are the last of those held.
    Decoded,
    /// The frame needed no decoding.
    Nothing,
    /// The frame is not the output of an encoder, or belongs to another stream.
    Damaged,
    /// The frame refers to missing bytes.
    Orphan,
    /// The frame refers to this number of bytes before it, more than are kept.
    TooFar(u32),
}

/// Decoded bytes. The first `held` bytes of the buffer are consecutive bytes of the original and end at its position
/// `held_end`; the last `kept` of them are a frame and the history before it.
#[derive(Debug)]
pub(super) struct DecodedBytes<'a> {
    buf: &'a mut [u8],
    held: usize,
    kept: usize,
    held_end: u64,
}

impl<'a> DecodedBytes<'a> {
    pub(super) fn new(buf: &'a mut [u8]) -> Self {
        DecodedBytes { buf, held: 0, kept: 0, held_end: 0 }
    }

    /// Drops the bytes held: what follows is another original.
    pub(super) fn forget(&mut self) {
        (self.held, self.kept) = (0, 0);
    }

    /// Number of bytes held. A frame that was just decoded ends there.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// Bytes `from..to` of the buffer.
    pub(super) fn bytes(&self, from: usize, to: usize) -> &[u8] {
        self.buf.get(from..to).unwrap_or(&[])
    }

    /// Whether the bytes of a frame are kept as history.
    pub(super) fn contains(&self, h: &Header) -> bool {
        h.raw_end() <= self.held_end && self.held_end - h.raw_offset <= self.kept as u64
    }

    /// Decodes the payload of a frame to the end of the bytes held. Adds the bytes moved to `worked`.
    pub(super) fn decode(
        &mut self,
        h: &Header,
        mut payload: &[u8],
        options: &DecodeOptions,
        memory: &mut [u8],
        worked: &mut u64,
    ) -> Outcome {
        let known = if h.raw_offset == self.held_end { self.held.min(options.history_bytes) } else { 0 };
        let mut reference = None;
        if refers(h.codec, h.position) {
            let Some(r) = Reference::read(&mut payload) else { return Outcome::Damaged };
            if u64::from(r.bytes) > h.raw_offset || r.bytes as usize > MAX_FRAME_BYTES {
                return Outcome::Damaged;
            }
            if r.bytes as usize > options.history_bytes {
                return Outcome::TooFar(r.bytes);
            }
            if r.bytes as usize > known {
                return Outcome::Orphan;
            }
            reference = Some(r);
        }
        // The history is moved only when the frame does not fit after it: many short frames move
        // few bytes.
        let mut front = if known > 0 { self.held } else { 0 };
        if h.raw_len as usize > self.buf.len() - front {
            *worked += known as u64;
            self.buf.slide(self.held - known..self.held, 0);
            front = known;
        }
        // Until the frame is decoded, only its history (if any) is held.
        (self.held, self.kept, self.held_end) = (front, known, h.raw_offset);
        let past = reference.map_or(0, |r| r.bytes as usize);
        let end = front + h.raw_len as usize;
        let Some(data) = self.buf.get_mut(front - past..end) else { return Outcome::Damaged };
        let decoded = decode_payload(h, payload, options, memory, data, past);
        let valid = reference.is_none_or(|r| data.get(past..).is_some_and(|d| crc32c(d) == r.crc));
        if !decoded || !valid {
            return Outcome::Damaged;
        }
        (self.held, self.kept, self.held_end) = (end, known + h.raw_len as usize, h.raw_end());
        Outcome::Decoded
    }
}

/// Decodes a payload into `data` after its first `past` bytes, which it may refer to. False where it is damaged.
fn decode_payload(
    h: &Header,
    payload: &[u8],
    options: &DecodeOptions,
    memory: &mut [u8],
    data: &mut [u8],
    past: usize,
) -> bool {
    match h.codec {
        Codec::Stored => {
            let whole = data.len() == payload.len();
            if whole {
                data.put(payload);
            }
            whole
        }
        Codec::Numeric => work::cells(memory, numeric::decode_cells(options.max_frame_bytes), options.past_cells())
            .and_then(|mut work| numeric::decode(payload, h.format, &mut work, data, past))
            .is_some(),
        Codec::Lz => work::words(memory)
            .and_then(|words| lz::decode_block_after(past, payload, data, words).ok())
            .is_some_and(|n| n == h.raw_len as usize),
        Codec::Ccsds121 => decode_ccsds121(payload, data).is_some(),
        Codec::Packets => packets::decode(payload, data, memory).is_some(),
        Codec::Unknown | Codec::End => false,
    }
}

/// Decodes CCSDS 121 parameters and the stream after them into all of `raw`.
fn decode_ccsds121(payload: &[u8], raw: &mut [u8]) -> Option<()> {
    let (params, coded) = payload.split_first_chunk()?;
    let params = ccsds121::Params::from_bytes(*params).ok()?;
    let width = params.sample_bytes();
    if !raw.len().is_multiple_of(width) {
        return None;
    }
    let samples = raw.len().checked_div(width)? as u64;
    let used = ccsds121::decode(&params, coded, samples, raw).ok()?;
    (used == coded.len()).then_some(())
}
