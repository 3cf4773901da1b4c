//! Encodes a frame of packets.

use super::area::Area;
use super::block::{self, Style};
use super::choose;
use super::kinds::{HEADER_BYTES, Kind, MAX_ROW, block_bytes};
use super::places::{gather, gather_columns};
use super::rows::{Runs, bit_of, codes, format_of};
use super::scan::{Packets, header};
use crate::codec::container::format::{ByteOrder, Format, SampleType};
use crate::codec::container::varint;
use crate::codec::options::Effort;
use crate::mem::{Slide, cast_mut};
use crate::util::bytes::{Reader, Writer};
use crate::util::slice::Put;

/// Lengths of packets: unsigned, of two bytes.
pub(super) const LENGTHS: Format = Format { sample: SampleType::U16, order: ByteOrder::Big, channels: 1 };

/// Cells of the field choice.
const CHOICE_CELLS: usize = 1024;

/// Encodes the frame `raw`, in which `found` was found, into `out`. Returns the size in bytes; `None` if it does not
/// fit. `cells` is the number of cells of the numeric codec for such frames; `work` is aligned memory for it.
pub(in crate::codec) fn encode(
    raw: &[u8],
    found: &Packets,
    (effort, level): (Effort, u8),
    cells: usize,
    work: &mut [u8],
    out: &mut [u8],
) -> Option<usize> {
    let mut w = Writer::new(out);
    varint::write(&mut w, found.head as u32);
    varint::write(&mut w, found.count as u32);
    found.kinds.write(&mut w);
    let at = w.finish()?;
    // A decoder keeps as much for the kinds and positions of packets, and for a block of columns.
    let reserved = found.count + found.count.div_ceil(4) + block_bytes(raw.len()).div_ceil(4) + 8;
    let style = Style { effort, level, cells: cells.checked_sub(reserved)? };
    let mut e = Encoder { raw, found, style, area: Area::new(work, found.count)?, out, at };
    e.locate()?;
    e.order()?;
    e.lengths()?;
    e.rest()?;
    for kind in found.kinds.as_slice() {
        e.columns(kind)?;
    }
    Some(e.at)
}

struct Encoder<'a> {
    raw: &'a [u8],
    found: &'a Packets,
    style: Style,
    area: Area<'a>,
    out: &'a mut [u8],
    /// Bytes written.
    at: usize,
}

impl Encoder<'_> {
    /// Lists the kinds of all packets, and their positions kind by kind.
    fn locate(&mut self) -> Option<()> {
        let mut next = [0u32; super::kinds::MAX_KINDS];
        let mut at = self.found.head;
        for to in self.area.order.iter_mut() {
            let h = header(self.raw, at)?;
            let kinds = self.found.kinds.as_slice();
            let number = kinds.iter().position(|k| k.has(h.id, h.length))?;
            let (kind, seen) = (kinds.get(number)?, next.get_mut(number)?);
            *self.area.starts.get_mut((kind.first + *seen) as usize)? = at as u32;
            *seen += 1;
            *to = number as u8;
            at += h.length;
        }
        Some(())
    }

    /// Writes a block whose raw bytes are the first `len` bytes of the rest of the work memory: samples, or bytes.
    fn block(&mut self, len: usize, format: Option<Format>) -> Option<()> {
        let (raw, work) = self.area.rest.split_at_mut_checked(len.next_multiple_of(8))?;
        let (raw, out) = (raw.get(..len)?, self.out.get_mut(self.at..)?);
        self.at += match format {
            Some(format) => block::write_rows(raw, format, self.style, work, out)?,
            None => block::write_bytes(raw, self.style, work, out)?,
        };
        Some(())
    }

    /// Writes the order of the kinds.
    fn order(&mut self) -> Option<()> {
        if self.found.kinds.as_slice().len() == 1 {
            return Some(());
        }
        let out = self.out.get_mut(self.at..)?;
        self.at += block::write_bytes(self.area.order, self.style, self.area.rest, out)?;
        Some(())
    }

    /// Writes the lengths of the packets of kinds with several.
    fn lengths(&mut self) -> Option<()> {
        for kind in self.found.kinds.as_slice().iter().filter(|k| k.length == 0) {
            let starts = packets_of(self.area.starts, kind)?;
            let to = self.area.rest.get_mut(..starts.len() * 2)?;
            for (start, to) in starts.iter().zip(to.as_chunks_mut::<2>().0) {
                let more = header(self.raw, *start as usize)?.length.checked_sub(kind.covered as usize)?;
                to.put(&u16::try_from(more).ok()?.to_be_bytes());
            }
            let len = starts.len() * 2;
            self.block(len, Some(LENGTHS))?;
        }
        Some(())
    }

    /// Writes all bytes outside columns and headers.
    fn rest(&mut self) -> Option<()> {
        let mut len = 0;
        let (mut at, raw) = (0, self.raw);
        let to = &mut *self.area.rest;
        let mut copy = |from: &[u8]| {
            to.get_mut(len..len + from.len())?.put(from);
            len += from.len();
            Some(())
        };
        copy(raw.get(..self.found.head)?)?;
        at += self.found.head;
        for number in self.area.order.iter() {
            let covered = self.found.kinds.as_slice().get(usize::from(*number))?.covered as usize;
            let end = at + header(raw, at)?.length;
            copy(raw.get(at + covered..end)?)?;
            at = end;
        }
        copy(raw.get(at..)?)?;
        if len > 0 { self.block(len, None) } else { Some(()) }
    }

    /// Writes the fields and the columns of a kind.
    fn columns(&mut self, kind: &Kind) -> Option<()> {
        let starts = packets_of(self.area.starts, kind)?;
        let row = kind.row();
        let cells = cast_mut(self.area.rest.get_mut(..CHOICE_CELLS * 4)?)?;
        let n = choose::write(self.raw, starts, row, cells, self.out.get_mut(self.at..)?)?;
        // The fields as a decoder reads them. Their bytes are not changed by what follows them.
        let (done, out) = self.out.get_mut(self.at..)?.split_at_mut_checked(n)?;
        self.at += n;
        let runs = Runs::new(&Reader::new(done), row);
        let used = runs.clone().check(&mut Reader::default())?;
        let mut places = [0; MAX_ROW];
        let mut at = 0;
        for code in codes().filter(|c| used & bit_of(*c) != 0) {
            let width = format_of(code)?.sample.width();
            let n = runs.clone().places(code, &mut places);
            let together = (block_bytes(self.raw.len()) / (width * starts.len()).max(1)).max(1);
            for fields in places.get(..n)?.chunks(together) {
                let format = Format { channels: fields.len() as u32, ..format_of(code)? };
                let len = starts.len() * fields.len() * width;
                let (to, work) = self.area.rest.split_at_mut_checked(len.next_multiple_of(8))?;
                let to = to.get_mut(..len)?;
                gather(self.raw, starts, fields, width, to)?;
                let n = block::write_rows(to, format, self.style, work, out.get_mut(at..)?)?;
                gather_columns(self.raw, starts, fields, width, to)?;
                let other = out.get_mut(at + n..)?;
                match block::write_columns(to, format, self.style, work, other, n.saturating_sub(1)) {
                    Some(columns) if columns < n => {
                        out.slide(at + n..at + n + columns, at);
                        at += columns;
                    }
                    _ => at += n,
                }
            }
        }
        self.at += at;
        Some(())
    }
}

/// The part of a list of all packets that is that of a kind.
pub(super) fn packets_of<'a>(starts: &'a [u32], kind: &Kind) -> Option<&'a [u32]> {
    starts.get(kind.first as usize..)?.get(..kind.count as usize)
}

const _: () = assert!(HEADER_BYTES == 6);
