//! Chooses the codec of a frame and encodes its payload.

use super::detect;
use super::detect::Guess;
use super::work;
use crate::codec::ccsds121;
use crate::codec::ccsds121::Params;
use crate::codec::container::format::{ByteOrder, Format, SampleType};
use crate::codec::container::frame::Codec;
use crate::codec::container::reference::{Reference, refers};
use crate::codec::options::Effort;
use crate::codec::options::EncodeOptions;
use crate::codec::options::Method;
use crate::codec::{lz, numeric, packets};
use crate::mem::Slide;
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// An encoded payload.
#[derive(Clone, Copy, Debug)]
pub struct Coded {
    /// Codec of the payload.
    pub codec: Codec,
    /// Format that the frame was encoded with: for plain bytes, the detected packets or samples.
    pub format: Format,
    /// Length in bytes.
    pub len: usize,
}

/// The bytes of a frame, and the history before it.
#[derive(Clone, Copy, Debug)]
pub(in crate::codec) struct Data<'a> {
    /// The history, then the frame.
    pub(in crate::codec) all: &'a [u8],
    /// Index at which the frame begins.
    pub(in crate::codec) from: usize,
    /// Position of the frame in its group.
    pub(in crate::codec) position: u8,
}

impl<'a> Data<'a> {
    fn frame(&self) -> &'a [u8] {
        self.all.get(self.from..).unwrap_or(&[])
    }

    /// The same frame with at most `history` bytes before it.
    pub(in crate::codec) fn limit_history(self, history: usize) -> Self {
        let from = self.from.min(history);
        Data { all: self.all.get(self.from.sat_sub(from)..).unwrap_or(&[]), from, ..self }
    }
}

/// Whether a format is bytes of unknown structure. They have no byte order.
fn is_plain(format: Format) -> bool {
    format.sample == SampleType::Bytes && format.channels == 1
}

/// Cells of the numeric codec for a frame.
fn cells(frame_bytes: usize, format: Format) -> usize {
    numeric::encode_cells(frame_bytes, format.sample == SampleType::Bytes)
}

/// Cells of the numeric codec for the history.
fn past_cells(options: &EncodeOptions) -> usize {
    if options.history() > 0 { numeric::ENCODE_PAST_CELLS } else { 0 }
}

/// Bytes of aligned work memory that [`encode_payload`] needs.
pub(in crate::codec) fn work_bytes(options: &EncodeOptions) -> usize {
    let EncodeOptions { frame_bytes, format, method, effort, .. } = *options;
    let for_numeric = work::numeric_bytes(cells(frame_bytes, format), past_cells(options));
    let max_input = frame_bytes.sat_add(options.history());
    let for_lz = lz::encode_work_len(max_input, level(effort)).sat_mul(4);
    match method {
        Method::Auto if is_plain(format) => for_numeric.max(for_lz),
        Method::Auto | Method::Numeric => for_numeric,
        Method::Lz => for_lz,
        Method::Ccsds121 | Method::Stored => 0,
    }
}

/// The effort as a level of the LZ codec.
const fn level(effort: Effort) -> u8 {
    match effort {
        Effort::Fast => 1,
        Effort::Default => 5,
        Effort::Best => 9,
    }
}

/// A payload at the start of the output: codec, format and length.
type Written = Option<(Codec, Format, usize)>;

/// Encodes the payload of one frame.
struct PayloadEncoder<'a> {
    data: Data<'a>,
    raw: &'a [u8],
    format: Format,
    effort: Effort,
    /// CCSDS 121 parameters of the options.
    ccsds121: Option<Params>,
    /// Number of bytes of history that the last LZ payload may refer to.
    lz_history: usize,
    /// Cells of the numeric codec for the frame and for the history.
    cells: (usize, usize),
    work: &'a mut [u8],
    out: &'a mut [u8],
}

/// Encodes the payload of a frame into `out`, which is as long as the frame; the payload is never longer. `work` has
/// [`work_bytes`] bytes for these options.
pub(in crate::codec) fn encode_payload(
    options: &EncodeOptions,
    data: Data<'_>,
    work: &mut [u8],
    out: &mut [u8],
) -> Coded {
    let EncodeOptions { format, effort, ccsds121, .. } = *options;
    let cells = (cells(options.frame_bytes, format), past_cells(options));
    let raw = data.frame();
    let mut encoder = PayloadEncoder { data, raw, format, effort, ccsds121, lz_history: 0, cells, work, out };
    let whole = raw.len() >= format.row_bytes();
    let written = match options.method {
        Method::Auto if whole && is_plain(format) => encoder.encode_bytes(),
        Method::Auto | Method::Numeric if whole => {
            let format = encoder.detect().map_or(format, |g| g.format);
            encoder.encode_numeric(format, 0, raw.len())
        }
        Method::Lz => encoder.encode_lz(),
        Method::Ccsds121 => encoder.encode_ccsds121(),
        _ => None,
    };
    let lz_history = encoder.lz_history;
    if let Some((codec, format, len)) = written {
        let history = if codec == Codec::Lz { lz_history } else { numeric::history(data.from, format) };
        if let Some(len) = prepend_reference(&data, codec, history, len, out) {
            return Coded { codec, format, len };
        }
    }
    let len = raw.len().min(out.len());
    if let (Some(to), Some(from)) = (out.get_mut(..len), raw.get(..len)) {
        to.put(from);
    }
    Coded { codec: Codec::Stored, format, len }
}

/// Unless the frame is the first of its group, prepends to a payload of `len` bytes the number of bytes before the
/// frame that it refers to. Returns the new length, or `None` if the payload is then not shorter than the frame.
fn prepend_reference(data: &Data<'_>, codec: Codec, history: usize, len: usize, out: &mut [u8]) -> Option<usize> {
    if !refers(codec, data.position) {
        return Some(len);
    }
    let (head, n) = Reference::new(history, data.frame()).to_bytes()?;
    let head = head.get(..n)?;
    let all = head.len().checked_add(len)?;
    if all >= data.frame().len() {
        return None;
    }
    out.get_mut(..all)?.slide(..len, head.len());
    out.get_mut(..head.len())?.put(head);
    Some(all)
}

impl PayloadEncoder<'_> {
    /// The detected format of plain bytes; `None` where the caller gave a format.
    fn detect(&mut self) -> Option<Guess> {
        if !is_plain(self.format) {
            return None;
        }
        Some(detect::format(self.raw, work::numeric(self.work, self.cells.0, self.cells.1)?.cells))
    }

    /// Encodes with the numeric codec, from `at` of the output on, in less than `limit` bytes.
    fn encode_numeric(&mut self, format: Format, at: usize, limit: usize) -> Written {
        let end = at.sat_add(limit.sat_sub(1)).min(self.out.len());
        let mut work = work::numeric(self.work, self.cells.0, self.cells.1)?;
        let data = self.data.limit_history(numeric::history(self.data.from, format));
        let out = self.out.get_mut(at..end)?;
        let len = numeric::encode(data.all, data.from, format, self.effort, &mut work, out)?;
        Some((Codec::Numeric, format, len))
    }

    /// Encodes with LZ, with all of the history or with none, whichever is smaller.
    fn encode_lz(&mut self) -> Written {
        let with_history = self.encode_lz_after(self.data.from);
        if self.data.from == 0 || self.effort == Effort::Fast {
            return Some((Codec::Lz, self.format, with_history?));
        }
        let len = match (with_history, self.encode_lz_after(0)) {
            // The history offers more matches, but needs longer offsets: it does not always pay.
            (Some(with), Some(alone)) if alone <= with => alone,
            (None, alone) => alone?,
            // The second attempt overwrote the first, even if it failed.
            (Some(_), _) => self.encode_lz_after(self.data.from)?,
        };
        Some((Codec::Lz, self.format, len))
    }

    /// Encodes with LZ, with the last `history` bytes before the frame.
    fn encode_lz_after(&mut self, history: usize) -> Option<usize> {
        self.lz_history = history;
        let Data { all, from, .. } = self.data.limit_history(history);
        lz::encode_block_after(from, all, self.out, work::words(self.work)?, level(self.effort))
    }

    /// Encodes plain bytes with the better of the LZ and the numeric codec.
    fn encode_bytes(&mut self) -> Written {
        if self.effort != Effort::Best && detect::is_text(self.raw) {
            return self.encode_lz();
        }
        match self.encode_packets() {
            Some(written) => written,
            None => self.encode_unframed(),
        }
    }

    /// Encodes space packets, unless another codec is smaller. `None` if no packets are found, or they do not shrink.
    // The kinds are on the stack of this function: not on that of the other codecs.
    #[inline(never)]
    fn encode_packets(&mut self) -> Option<Written> {
        let found = packets::find(self.raw)?;
        let packets = self.encode_found(&found)?;
        let best = packets.2;
        let guess = self.detect()?;
        if guess.bytes.sat_sub(guess.bytes / 4) >= best && self.estimate_lz(best) >= best {
            return Some(Some(packets));
        }
        match self.encode_unframed() {
            Some(other) if other.2 < best => Some(Some(other)),
            _ => Some(self.encode_found(&found)),
        }
    }

    /// Encodes the packets that were found.
    fn encode_found(&mut self, found: &packets::Packets) -> Written {
        let (style, end) = ((self.effort, level(self.effort)), self.raw.len().checked_sub(1)?);
        let out = self.out.get_mut(..end)?;
        let len = packets::encode(self.raw, found, style, self.cells.0, self.work, out)?;
        Some((Codec::Packets, self.format, len))
    }

    /// Encodes bytes that are not space packets with the better of the LZ and the numeric codec.
    fn encode_unframed(&mut self) -> Written {
        let guess = self.detect()?;
        if is_plain(guess.format) { self.encode_plain(&guess) } else { self.encode_structured(&guess) }
    }

    /// Encodes bytes without detected structure: with LZ, unless the numeric codec is smaller.
    fn encode_plain(&mut self, guess: &Guess) -> Written {
        let lz = self.encode_lz();
        let best = lz.map_or(self.raw.len(), |(.., len)| len);
        // The estimate covers fixed predictors only, not ranks of few values.
        if guess.bytes.sat_sub(guess.bytes / 8) >= best && !detect::has_few_values(self.raw) {
            return lz;
        }
        // After the LZ payload, if both fit.
        let at = if best.sat_mul(2) <= self.out.len() { best } else { 0 };
        let numeric = self.encode_numeric(guess.format, at, best);
        match numeric {
            Some((_, _, len)) => {
                self.out.slide(at..at.sat_add(len).min(self.out.len()), 0);
                numeric
            }
            None if at > 0 || lz.is_none() => lz,
            None => self.encode_lz(),
        }
    }

    /// Encodes detected packets or samples: with the numeric codec, unless LZ is smaller.
    fn encode_structured(&mut self, guess: &Guess) -> Written {
        let numeric = self.encode_numeric(guess.format, 0, self.raw.len());
        let best = numeric.map_or(self.raw.len(), |(.., len)| len);
        if self.estimate_lz(best) >= best {
            return numeric;
        }
        match (self.encode_lz(), numeric) {
            (Some(lz), Some(_)) if lz.2 >= best => self.encode_numeric(guess.format, 0, self.raw.len()),
            (Some(lz), _) => Some(lz),
            (None, Some(_)) => self.encode_numeric(guess.format, 0, self.raw.len()),
            (None, None) => None,
        }
    }

    /// Estimates a lower bound of the bytes of LZ from a part of the frame. Overwrites the output after `used` bytes.
    fn estimate_lz(&mut self, used: usize) -> usize {
        let Some(rest) = self.out.get_mut(used..) else { return 0 };
        let len = rest.len().min(SAMPLE).min(self.raw.len());
        if len < SAMPLE / 4 {
            return 0;
        }
        let from = (self.raw.len().sat_sub(len)) / 2;
        let part = self.raw.get(from..).and_then(|r| r.get(..len)).unwrap_or(&[]);
        let small = work::words(self.work).and_then(|w| lz::encode_block(part, rest, w, 1)).unwrap_or(len);
        // LZ finds more matches in the whole frame, and with more effort.
        let share = if self.effort == Effort::Best { 4 } else { 5 };
        (small.sat_mul(self.raw.len()) / 8).sat_mul(share).checked_div(len).unwrap_or(0)
    }

    /// Encodes with CCSDS 121.0-B-3: the parameters, then the samples in their order.
    fn encode_ccsds121(&mut self) -> Written {
        let params = self.ccsds121.unwrap_or(params_of(self.format));
        if !self.raw.len().is_multiple_of(params.sample_bytes()) {
            return None;
        }
        let room = self.raw.len().checked_sub(1)?;
        let (head, coded) = self.out.get_mut(..room)?.split_first_chunk_mut()?;
        let mut best: Option<(usize, u16)> = None;
        // Without the preprocessor, sign-extended samples would come back without their sign.
        let exact = Params { signed: params.signed && params.preprocess, ..params };
        let fixed = [params.block];
        let any_block = self.ccsds121.is_none() && self.effort == Effort::Best;
        let blocks: &[u16] = if any_block { &[8, 16, 32, 64] } else { &fixed };
        let mut last = 0;
        for &block in blocks {
            last = block;
            if let Ok(len) = ccsds121::encode(&Params { block, ..exact }, self.raw, coded)
                && best.is_none_or(|(min, _)| len < min)
            {
                best = Some((len, block));
            }
        }
        let (len, block) = best?;
        let params = Params { block, ..params };
        if block != last {
            ccsds121::encode(&Params { block, ..exact }, self.raw, coded).ok()?;
        }
        *head = params.to_bytes();
        Some((Codec::Ccsds121, self.format, len.sat_add(head.len())))
    }
}

/// Bytes of a frame that the estimate of LZ encodes.
const SAMPLE: usize = 16 << 10;

/// Default CCSDS 121 parameters of a format. A frame of up to 4096 blocks has one reference sample.
fn params_of(format: Format) -> Params {
    let (bits, signed) = match format.sample {
        SampleType::Bytes | SampleType::U8 => (8, false),
        SampleType::I8 => (8, true),
        SampleType::I16 => (16, true),
        SampleType::U16 => (16, false),
        SampleType::I24 => (24, true),
        SampleType::I32 => (32, true),
        SampleType::U32 | SampleType::F32 | SampleType::I64 | SampleType::F64 => (32, false),
    };
    let (msb, data_3byte) = (format.order == ByteOrder::Big, bits == 24);
    Params { bits, signed, msb, data_3byte, rsi: 4096, ..Params::default() }
}
