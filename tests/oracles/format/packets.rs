//! [15]: space packets as tables of fields.

use super::bytes::{Bytes, R, need, note};
use super::{Format, Lz, planes};
use std::collections::BTreeMap;

/// A kind of packets, and the lengths of its packets.
struct Kind {
    id: [u8; 2],
    length: usize,
    covered: usize,
    lengths: Vec<usize>,
}

const BYTES: Format = Format { sample: 0, little: false, channels: 1 };
const U16: Format = Format { sample: 4, little: false, channels: 1 };

/// A frame of packets.
pub(crate) fn packets(payload: &[u8], raw_len: usize, lz: Lz<'_>) -> R<Vec<u8>> {
    let mut b = Bytes(payload);
    let q = raw_len.max(65536);
    let (head, n) = (b.varint()? as usize, b.varint()? as usize);
    need((1..=q / 16).contains(&n), "number of packets")?;
    let number = b.varint()? as usize;
    need((1..=64).contains(&number), "number of kinds")?;
    let mut kinds = (0..number).map(|_| kind(&mut b)).collect::<R<Vec<Kind>>>()?;
    let order = if number > 1 { block(&mut b, BYTES, n, lz)? } else { vec![0; n] };
    for k in &order {
        let kind = kinds.get_mut(usize::from(*k)).ok_or("a kind that does not exist")?;
        kind.lengths.push(kind.length);
    }
    for k in &mut kinds {
        need(!k.lengths.is_empty(), "a kind without packets")?;
        if k.length == 0 {
            note("packets of several lengths".into());
            let more = block(&mut b, U16, k.lengths.len(), lz)?;
            k.lengths = more.chunks(2).map(|m| k.covered + usize::from(m[0]) * 256 + usize::from(m[1])).collect();
        }
        need(k.lengths.iter().all(|l| (7..=65542).contains(l)), "length of a packet")?;
    }
    let covered: usize = kinds.iter().map(|k| k.lengths.len() * k.covered).sum();
    let total: usize = kinds.iter().flat_map(|k| &k.lengths).sum();
    need(head + total <= raw_len, "packets beyond the frame")?;
    let rest = if raw_len > covered { block(&mut b, BYTES, raw_len - covered, lz)? } else { Vec::new() };
    // The rows of each kind, in order.
    let mut rows = Vec::new();
    for k in &kinds {
        rows.push(table(&mut b, k.lengths.len(), k.covered - 4, q, lz)?.into_iter());
    }
    need(b.0.is_empty(), "bytes after the last kind")?;
    let mut rest = Bytes(&rest);
    let mut raw = rest.take(head)?.to_vec();
    let mut lengths: Vec<_> = kinds.iter().map(|k| k.lengths.iter()).collect();
    for k in order {
        let (k, kind) = (usize::from(k), &kinds[usize::from(k)]);
        let (row, length) = (rows[k].next().unwrap(), *lengths[k].next().unwrap());
        raw.extend([&kind.id[..], &row[..2], &((length - 7) as u16).to_be_bytes(), &row[2..]].concat());
        raw.extend(rest.take(length - kind.covered)?);
    }
    raw.extend(rest.0);
    Ok(raw)
}

fn kind(b: &mut Bytes<'_>) -> R<Kind> {
    let id = b.number(2)? as u16;
    need(id < 0x2000, "identification")?;
    let (length, covered) = (b.varint()? as usize, b.varint()? as usize);
    need(length == 0 || (7..=65542).contains(&length), "length")?;
    need((6..=516).contains(&covered) && (length == 0 || covered <= length), "covered bytes")?;
    Ok(Kind { id: id.to_be_bytes(), length, covered, lengths: Vec::new() })
}

/// An array of `rows` rows [15.1], row by row.
fn block(b: &mut Bytes<'_>, f: Format, rows: usize, lz: Lz<'_>) -> R<Vec<u8>> {
    let size = rows * f.width() * f.channels;
    let mode = b.u8()?;
    note(format!("block {mode}"));
    if mode == 0 {
        return Ok(b.take(size)?.to_vec());
    }
    let len = b.varint()? as usize;
    let payload = b.take(len)?;
    need(mode <= 3, "mode of a block")?;
    need(mode != 2 || f.sample == 0, "LZ of samples")?;
    let raw = match mode {
        1 => planes::numeric(payload, f, size, &[])?,
        2 => lz(payload, &[], size)?,
        _ => planes::numeric(payload, Format { channels: 1, ..f }, size, &[])?,
    };
    need(raw.len() == size, "length of a block")?;
    if mode == 3 {
        let columns = raw;
        let sample = |row: usize, field: usize| &columns[(field * rows + row) * f.width()..][..f.width()];
        return Ok((0..rows).flat_map(|r| (0..f.channels).flat_map(move |c| sample(r, c).iter().copied())).collect());
    }
    Ok(raw)
}

/// The rows of a kind [15.2].
fn table(b: &mut Bytes<'_>, rows: usize, row: usize, q: usize, lz: Lz<'_>) -> R<Vec<Vec<u8>>> {
    let mut table = vec![vec![0; row]; rows];
    // The places of the fields of each code.
    let mut fields: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
    let mut at = 0;
    while at < row {
        let (code, count) = (b.u8()?, b.varint()? as usize);
        need(count > 0, "a run of nothing")?;
        if code == 0 {
            note("constant bytes".into());
            for v in b.take(count)? {
                need(at < row, "constant bytes past the row")?;
                table.iter_mut().for_each(|r| r[at] = *v);
                at += 1;
            }
            continue;
        }
        need((1..=10).contains(&(code & 0x7f)), "code of a field")?;
        for _ in 0..count {
            fields.entry(code).or_default().push(at);
            at += format(code, 1).width();
            need(at <= row, "fields past the row")?;
        }
    }
    for (code, places) in fields {
        note(format!("fields {code}"));
        let w = format(code, 1).width();
        let together = q / 4 / (w * rows);
        need(together > 0, "a column beyond a block")?;
        for places in places.chunks(together) {
            let got = block(b, format(code, places.len()), rows, lz)?;
            for (row, got) in table.iter_mut().zip(got.chunks(w * places.len())) {
                for (p, sample) in places.iter().zip(got.chunks(w)) {
                    row[*p..p + w].copy_from_slice(sample);
                }
            }
        }
    }
    Ok(table)
}

fn format(code: u8, channels: usize) -> Format {
    Format { sample: code & 0x7f, little: code & 0x80 != 0, channels }
}
