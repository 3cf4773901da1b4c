//! What a frame is coded with.

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
use crate::codec::{lz, numeric};
use crate::mem::Slide;
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

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

/// Bytes, the last of them a frame.
#[derive(Clone, Copy, Debug)]
pub(in crate::codec) struct Data<'a> {
    /// What may be referred to, and the frame.
    pub(in crate::codec) all: &'a [u8],
    /// Where the frame begins.
    pub(in crate::codec) from: usize,
    /// Frames of the group before this one.
    pub(in crate::codec) position: u8,
}

impl<'a> Data<'a> {
    fn frame(&self) -> &'a [u8] {
        self.all.get(self.from..).unwrap_or(&[])
    }

    /// With no more than `history` bytes before the frame.
    pub(in crate::codec) fn last(self, history: usize) -> Self {
        let from = self.from.min(history);
        Data { all: self.all.get(self.from.sat_sub(from)..).unwrap_or(&[]), from, ..self }
    }
}

/// Bytes of which nothing is said; the order means nothing to them.
fn is_plain(format: Format) -> bool {
    format.sample == SampleType::Bytes && format.channels == 1
}

/// Cells of the numeric codec.
fn cells(frame_bytes: usize, format: Format) -> usize {
    numeric::encode_cells(frame_bytes, format.sample == SampleType::Bytes)
}

/// Cells of the numeric codec for what went before.
fn past_cells(options: &EncodeOptions) -> usize {
    if options.history() > 0 { numeric::ENCODE_PAST_CELLS } else { 0 }
}

/// Aligned bytes that [`payload`] works in.
pub(in crate::codec) fn work_bytes(options: &EncodeOptions) -> usize {
    let EncodeOptions { frame_bytes, format, method, effort, .. } = *options;
    let for_numeric = work::numeric_bytes(cells(frame_bytes, format), past_cells(options));
    let most = frame_bytes.sat_add(options.history());
    let for_lz = lz::encode_work_len(most, level(effort)).sat_mul(4);
    match method {
        Method::Auto if is_plain(format) => for_numeric.max(for_lz),
        Method::Auto | Method::Numeric => for_numeric,
        Method::Lz => for_lz,
        Method::Ccsds121 | Method::Stored => 0,
    }
}

/// The effort as the LZ codec counts it.
const fn level(effort: Effort) -> u8 {
    match effort {
        Effort::Fast => 1,
        Effort::Default => 5,
        Effort::Best => 9,
    }
}

/// What was written at the start of the output.
type Written = Option<(Codec, Format, usize)>;

/// A frame in the making.
struct Maker<'a> {
    data: Data<'a>,
    raw: &'a [u8],
    format: Format,
    effort: Effort,
    /// The caller's parameters.
    ccsds121: Option<Params>,
    /// What the last LZ payload refers to.
    lz_history: usize,
    /// Cells of the numeric codec, and those for what went before.
    cells: (usize, usize),
    work: &'a mut [u8],
    out: &'a mut [u8],
}

/// Writes the payload of a frame into `out`, which is as long as the frame; never longer than the frame itself.
/// `work` has [`work_bytes`] for these options.
pub(in crate::codec) fn payload(options: &EncodeOptions, data: Data<'_>, work: &mut [u8], out: &mut [u8]) -> Coded {
    let EncodeOptions { format, effort, ccsds121, .. } = *options;
    let cells = (cells(options.frame_bytes, format), past_cells(options));
    let raw = data.frame();
    let mut maker = Maker { data, raw, format, effort, ccsds121, lz_history: 0, cells, work, out };
    let whole = raw.len() >= format.row_bytes();
    let written = match options.method {
        Method::Auto if whole && is_plain(format) => maker.bytes(),
        Method::Auto | Method::Numeric if whole => {
            let format = maker.guess().map_or(format, |g| g.format);
            maker.numeric(format, 0, raw.len())
        }
        Method::Lz => maker.lz(),
        Method::Ccsds121 => maker.ccsds121(),
        _ => None,
    };
    let lz_history = maker.lz_history;
    if let Some((codec, format, len)) = written {
        let history = if codec == Codec::Lz { lz_history } else { numeric::history(data.from, format) };
        if let Some(len) = refer(&data, codec, history, len, out) {
            return Coded { codec, format, len };
        }
    }
    let len = raw.len().min(out.len());
    if let (Some(to), Some(from)) = (out.get_mut(..len), raw.get(..len)) {
        to.put(from);
    }
    Coded { codec: Codec::Stored, format, len }
}

/// Puts in front of a payload of `len` bytes how many bytes before it refers to, if its frame is not the first of a group;
/// the new length.
fn refer(data: &Data<'_>, codec: Codec, history: usize, len: usize, out: &mut [u8]) -> Option<usize> {
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

impl Maker<'_> {
    /// What bytes seem to be; nothing where the caller says what they are.
    fn guess(&mut self) -> Option<Guess> {
        if !is_plain(self.format) {
            return None;
        }
        Some(detect::format(self.raw, work::numeric(self.work, self.cells.0, self.cells.1)?.cells))
    }

    /// The numeric codec, at `at` of the output, in less than `limit` bytes.
    fn numeric(&mut self, format: Format, at: usize, limit: usize) -> Written {
        let end = at.sat_add(limit.sat_sub(1)).min(self.out.len());
        let mut work = work::numeric(self.work, self.cells.0, self.cells.1)?;
        let data = self.data.last(numeric::history(self.data.from, format));
        let out = self.out.get_mut(at..end)?;
        let len = numeric::encode(data.all, data.from, format, self.effort, &mut work, out)?;
        Some((Codec::Numeric, format, len))
    }

    fn lz(&mut self) -> Written {
        let behind = self.lz_behind(self.data.from);
        if self.data.from == 0 || self.effort == Effort::Fast {
            return Some((Codec::Lz, self.format, behind?));
        }
        let len = match (behind, self.lz_behind(0)) {
            // More places to repeat from are longer offsets to write: it does not always pay.
            (Some(behind), Some(alone)) if alone <= behind => alone,
            (None, alone) => alone?,
            // What the second try has written over the first, if it failed or not.
            (Some(_), _) => self.lz_behind(self.data.from)?,
        };
        Some((Codec::Lz, self.format, len))
    }

    /// LZ with the last `history` bytes before the frame.
    fn lz_behind(&mut self, history: usize) -> Option<usize> {
        self.lz_history = history;
        let Data { all, from, .. } = self.data.last(history);
        lz::encode_block_after(from, all, self.out, work::words(self.work)?, level(self.effort))
    }

    /// The better of the LZ and the numeric codec.
    fn bytes(&mut self) -> Written {
        if self.effort != Effort::Best && detect::is_text(self.raw) {
            return self.lz();
        }
        let guess = self.guess()?;
        if is_plain(guess.format) { self.plain(&guess) } else { self.structured(&guess) }
    }

    /// Bytes without visible structure: LZ, unless the values alone promise more.
    fn plain(&mut self, guess: &Guess) -> Written {
        let lz = self.lz();
        let best = lz.map_or(self.raw.len(), |(.., len)| len);
        // The estimate knows fixed predictors alone, and nothing of ranks.
        if guess.bytes.sat_sub(guess.bytes / 8) >= best && !detect::has_few_values(self.raw) {
            return lz;
        }
        // Behind what is there, if it fits.
        let at = if best.sat_mul(2) <= self.out.len() { best } else { 0 };
        let numeric = self.numeric(guess.format, at, best);
        match numeric {
            Some((_, _, len)) => {
                self.out.slide(at..at.sat_add(len).min(self.out.len()), 0);
                numeric
            }
            None if at > 0 || lz.is_none() => lz,
            None => self.lz(),
        }
    }

    /// Packets or samples: the numeric codec, unless repetitions promise more.
    fn structured(&mut self, guess: &Guess) -> Written {
        let numeric = self.numeric(guess.format, 0, self.raw.len());
        let best = numeric.map_or(self.raw.len(), |(.., len)| len);
        if self.lz_at_least(best) >= best {
            return numeric;
        }
        match (self.lz(), numeric) {
            (Some(lz), Some(_)) if lz.2 >= best => self.numeric(guess.format, 0, self.raw.len()),
            (Some(lz), _) => Some(lz),
            (None, Some(_)) => self.numeric(guess.format, 0, self.raw.len()),
            (None, None) => None,
        }
    }

    /// About the least bytes that LZ may come to, by a sample; the output behind `used` is written to.
    fn lz_at_least(&mut self, used: usize) -> usize {
        let Some(rest) = self.out.get_mut(used..) else { return 0 };
        let len = rest.len().min(SAMPLE).min(self.raw.len());
        if len < SAMPLE / 4 {
            return 0;
        }
        let from = (self.raw.len().sat_sub(len)) / 2;
        let part = self.raw.get(from..).and_then(|r| r.get(..len)).unwrap_or(&[]);
        let small = work::words(self.work).and_then(|w| lz::encode_block(part, rest, w, 1)).unwrap_or(len);
        // More is found in the whole frame, and with more effort.
        let share = if self.effort == Effort::Best { 4 } else { 5 };
        (small.sat_mul(self.raw.len()) / 8).sat_mul(share).checked_div(len).unwrap_or(0)
    }

    /// CCSDS 121.0-B-3: the parameters, and the samples in the order they come.
    fn ccsds121(&mut self) -> Written {
        let params = self.ccsds121.unwrap_or(params_of(self.format));
        if !self.raw.len().is_multiple_of(params.sample_bytes()) {
            return None;
        }
        let room = self.raw.len().checked_sub(1)?;
        let (head, coded) = self.out.get_mut(..room)?.split_first_chunk_mut()?;
        let mut best: Option<(usize, u16)> = None;
        let given = [params.block];
        let free = self.ccsds121.is_none() && self.effort == Effort::Best;
        let blocks: &[u16] = if free { &[8, 16, 32, 64] } else { &given };
        let mut last = 0;
        for &block in blocks {
            last = block;
            if let Ok(len) = ccsds121::encode(&Params { block, ..params }, self.raw, coded)
                && best.is_none_or(|(least, _)| len < least)
            {
                best = Some((len, block));
            }
        }
        let (len, block) = best?;
        let params = Params { block, ..params };
        if block != last {
            ccsds121::encode(&params, self.raw, coded).ok()?;
        }
        *head = params.to_bytes();
        Some((Codec::Ccsds121, self.format, len.sat_add(head.len())))
    }
}

/// Bytes of a frame that LZ is tried on.
const SAMPLE: usize = 16 << 10;

/// The parameters that samples of a format are coded with. A frame has one reference, if it is not very long.
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
