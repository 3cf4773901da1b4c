//! Decodes a frame of packets.

use super::area::Area;
use super::block::{self, Layout};
use super::encode::{LENGTHS, packets_of};
use super::kinds::{HEADER_BYTES, Kind, Kinds, MAX_KINDS, MAX_PACKET_BYTES, MAX_ROW, block_bytes, max_packets};
use super::places::{scatter, scatter_columns};
use super::rows::{CONSTANT, Runs, bit_of, codes, format_of, place};
use crate::codec::container::format::Format;
use crate::codec::container::varint;
use crate::mem::Slide;
use crate::util::bytes::Reader;
use crate::util::slice::Put;

/// Decodes a payload into all of `raw`. `None` if the payload is damaged. `work` is the aligned memory of a decoder.
pub(in crate::codec) fn decode(payload: &[u8], raw: &mut [u8], work: &mut [u8]) -> Option<()> {
    let mut r = Reader::new(payload);
    let (head, count) = (varint::read(&mut r)? as usize, varint::read(&mut r)? as usize);
    if count == 0 || count > max_packets(raw.len()) {
        return None;
    }
    let mut kinds = Kinds::read(&mut r)?;
    let mut area = Area::new(work, count)?;
    order(&mut r, &mut kinds, &mut area)?;
    lengths(&mut r, &kinds, &mut area)?;
    rest(&mut r, &kinds, head, &mut area, raw)?;
    for kind in kinds.as_slice() {
        columns(&mut r, kind, &mut area, raw)?;
    }
    r.rest().is_empty().then_some(())
}

/// Reads the order of the kinds, and counts their packets.
fn order(r: &mut Reader<'_>, kinds: &mut Kinds, area: &mut Area<'_>) -> Option<()> {
    if kinds.as_slice().len() > 1 {
        block::read(r, Format::BYTES, area.rest, area.order)?;
    } else {
        area.order.fill(0);
    }
    for number in area.order.iter() {
        kinds.as_mut_slice().get_mut(usize::from(*number))?.count += 1;
    }
    kinds.number();
    kinds.as_slice().iter().all(|k| k.count > 0).then_some(())
}

/// Reads the length of each packet.
fn lengths(r: &mut Reader<'_>, kinds: &Kinds, area: &mut Area<'_>) -> Option<()> {
    for kind in kinds.as_slice() {
        let to = area.starts.get_mut(kind.first as usize..)?.get_mut(..kind.count as usize)?;
        if kind.length > 0 {
            to.fill(kind.length);
            continue;
        }
        let len = to.len() * 2;
        let (bytes, work) = area.rest.split_at_mut_checked(len.next_multiple_of(8))?;
        let bytes = bytes.get_mut(..len)?;
        block::read(r, LENGTHS, work, bytes)?;
        for (to, more) in to.iter_mut().zip(bytes.as_chunks::<2>().0) {
            *to = kind.covered + u32::from(u16::from_be_bytes(*more));
            if *to as usize <= HEADER_BYTES || *to as usize > MAX_PACKET_BYTES {
                return None;
            }
        }
    }
    Some(())
}

/// Reads the bytes outside columns to the end of the frame and moves them to their places. Writes what the kinds give of
/// the headers, and replaces the lengths of the packets by their positions.
fn rest(r: &mut Reader<'_>, kinds: &Kinds, head: usize, area: &mut Area<'_>, raw: &mut [u8]) -> Option<()> {
    let mut in_columns = 0;
    let mut total = head;
    for kind in kinds.as_slice() {
        let lengths = packets_of(area.starts, kind)?;
        total += lengths.iter().map(|n| *n as usize).sum::<usize>();
        in_columns += lengths.len() * kind.covered as usize;
    }
    if total > raw.len() {
        return None;
    }
    let len = raw.len().checked_sub(in_columns)?;
    let mut from = raw.len() - len;
    if len > 0 {
        block::read(r, Format::BYTES, area.rest, raw.get_mut(from..)?)?;
    }
    // What is not moved yet is at the end: no byte moves back.
    let mut next = [0u32; MAX_KINDS];
    raw.slide(from..from + head, 0);
    from += head;
    let mut at = head;
    for number in area.order.iter() {
        let (kind, seen) = (kinds.as_slice().get(usize::from(*number))?, next.get_mut(usize::from(*number))?);
        let length = area.starts.get_mut((kind.first + *seen) as usize)?;
        *seen += 1;
        let (end, covered) = (at + *length as usize, kind.covered as usize);
        let more = (*length as usize).checked_sub(covered)?;
        raw.slide(from..from + more, at + covered);
        from += more;
        raw.get_mut(at..at + 2)?.put(&kind.id.to_be_bytes());
        raw.get_mut(at + 4..at + 6)?.put(&((*length as usize - HEADER_BYTES - 1) as u16).to_be_bytes());
        *length = at as u32;
        at = end;
    }
    Some(())
}

/// Reads the fields and the columns of a kind.
fn columns(r: &mut Reader<'_>, kind: &Kind, area: &mut Area<'_>, raw: &mut [u8]) -> Option<()> {
    let starts = packets_of(area.starts, kind)?;
    let runs = Runs::new(r, kind.row());
    let used = runs.clone().check(r)?;
    for run in runs.clone().filter(|run| run.code == CONSTANT) {
        for start in starts {
            for (i, b) in run.bytes.iter().enumerate() {
                *raw.get_mut(*start as usize + place(run.at + i))? = *b;
            }
        }
    }
    let mut places = [0; MAX_ROW];
    for code in codes().filter(|c| used & bit_of(*c) != 0) {
        let width = format_of(code)?.sample.width();
        let n = runs.clone().places(code, &mut places);
        let together = block_bytes(raw.len()) / (width * starts.len()).max(1);
        if together == 0 {
            return None;
        }
        for fields in places.get(..n)?.chunks(together) {
            let format = Format { channels: fields.len() as u32, ..format_of(code)? };
            let len = starts.len() * fields.len() * width;
            let (bytes, work) = area.rest.split_at_mut_checked(len.next_multiple_of(8))?;
            let bytes = bytes.get_mut(..len)?;
            match block::read(r, format, work, bytes)? {
                Layout::Rows => scatter(raw, starts, fields, width, bytes)?,
                Layout::Columns => scatter_columns(raw, starts, fields, width, bytes)?,
            }
        }
    }
    Some(())
}
