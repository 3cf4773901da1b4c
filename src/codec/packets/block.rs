//! Blocks: arrays whose length is known, stored or coded by the numeric or the LZ codec, whichever is smallest.

use crate::codec::container::format::{Format, SampleType};
use crate::codec::container::varint;
use crate::codec::options::Effort;
use crate::codec::{lz, numeric};
use crate::mem::{Slide, cast_mut};
use crate::util::bytes::{Reader, Writer};
use crate::util::slice::Put;

const STORED: u8 = 0;
const NUMERIC: u8 = 1;
const LZ: u8 = 2;
const COLUMNS: u8 = 3;

/// Maximum size of the mode and the length of a block in bytes.
const HEAD: usize = 6;

/// How an encoder codes blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Effort of the numeric codec.
    pub(super) effort: Effort,
    /// Level of the LZ codec.
    pub(super) level: u8,
    /// Maximum number of cells of the numeric codec: a decoder has as many.
    pub(super) cells: usize,
}

/// Writes a block of bytes and returns its size. `work` is aligned memory.
pub(super) fn write_bytes(raw: &[u8], style: Style, work: &mut [u8], out: &mut [u8]) -> Option<usize> {
    let body = out.get_mut(HEAD..)?;
    let max = body.len().min(raw.len().saturating_sub(1));
    let numeric = numerics(raw, Format::BYTES, style, work, body.get_mut(..max)?);
    let used = numeric.unwrap_or(0);
    let to = body.get_mut(used..).and_then(|b| b.get_mut(..raw.len()));
    if let Some(n) = to.and_then(|to| lz::encode_block(raw, to, words(work), style.level))
        && numeric.is_none_or(|numeric| n < numeric)
    {
        body.slide(used..used + n, 0);
        return finish(LZ, n, out);
    }
    match numeric {
        Some(n) => finish(NUMERIC, n, out),
        None => store(raw, out),
    }
}

/// Writes a block of rows of samples and returns its size in bytes.
pub(super) fn write_rows(raw: &[u8], format: Format, style: Style, work: &mut [u8], out: &mut [u8]) -> Option<usize> {
    let body = out.get_mut(HEAD..)?;
    let max = body.len().min(raw.len().saturating_sub(1));
    match numerics(raw, format, style, work, body.get_mut(..max)?) {
        Some(n) => finish(NUMERIC, n, out),
        None => store(raw, out),
    }
}

/// Writes a stored block.
fn store(raw: &[u8], out: &mut [u8]) -> Option<usize> {
    *out.first_mut()? = STORED;
    out.get_mut(1..1 + raw.len())?.put(raw);
    Some(1 + raw.len())
}

/// Writes a block of columns, one after another, as samples of one channel. `None` if it has more than `limit` bytes.
pub(super) fn write_columns(
    raw: &[u8],
    format: Format,
    style: Style,
    work: &mut [u8],
    out: &mut [u8],
    limit: usize,
) -> Option<usize> {
    let body = out.get_mut(HEAD..)?;
    let max = body.len().min(limit);
    let n = numerics(raw, Format { channels: 1, ..format }, style, work, body.get_mut(..max)?)?;
    finish(COLUMNS, n, out)
}

/// Writes the mode and the length of a block of `n` bytes before it. Returns the size of the block.
fn finish(mode: u8, n: usize, out: &mut [u8]) -> Option<usize> {
    let mut head = [0; HEAD];
    let mut w = Writer::new(&mut head);
    w.u8(mode);
    varint::write(&mut w, n as u32);
    let h = w.finish()?;
    out.slide(HEAD..HEAD + n, h);
    out.get_mut(..h)?.put(head.get(..h)?);
    Some(h + n)
}

/// Encodes with the numeric codec.
fn numerics(raw: &[u8], format: Format, style: Style, work: &mut [u8], out: &mut [u8]) -> Option<usize> {
    let (reals, cells) = work.split_at_mut_checked(numeric::ENCODE_REALS * 8)?;
    let len = cells.len().min(style.cells * 4) & !3;
    let cells = cast_mut(cells.get_mut(..len)?)?;
    let mut work = numeric::EncodeWork { cells, reals: cast_mut(reals)?, past: &mut [] };
    numeric::encode(raw, 0, format, style.effort, &mut work, out)
}

/// Aligned memory as words.
fn words(work: &mut [u8]) -> &mut [u32] {
    let len = work.len() & !3;
    work.get_mut(..len).and_then(cast_mut).unwrap_or(&mut [])
}

/// The order of samples in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Row by row.
    Rows,
    /// Column by column.
    Columns,
}

/// Reads a block into all of `raw`. `work` is aligned memory.
pub(super) fn read(r: &mut Reader<'_>, format: Format, work: &mut [u8], raw: &mut [u8]) -> Option<Layout> {
    let mode = r.u8()?;
    if mode == STORED {
        raw.put(r.bytes(raw.len())?);
        return Some(Layout::Rows);
    }
    let len = varint::read(r)? as usize;
    let payload = r.bytes(len)?;
    match mode {
        NUMERIC | COLUMNS => {
            let columns = mode == COLUMNS;
            let format = if columns { Format { channels: 1, ..format } } else { format };
            let mut work = numeric::DecodeWork { cells: numeric_cells(work), past: &mut [] };
            numeric::decode(payload, format, &mut work, raw, 0)?;
            Some(if columns { Layout::Columns } else { Layout::Rows })
        }
        LZ if format.sample == SampleType::Bytes => {
            let n = lz::decode_block(payload, raw, words(work)).ok()?;
            (n == raw.len()).then_some(Layout::Rows)
        }
        _ => None,
    }
}

/// Aligned memory as cells.
fn numeric_cells(work: &mut [u8]) -> &mut [i32] {
    let len = work.len() & !3;
    work.get_mut(..len).and_then(cast_mut).unwrap_or(&mut [])
}
