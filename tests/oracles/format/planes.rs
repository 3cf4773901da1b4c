//! [6] and [14.2]: groups, planes, and what they have of the rows before.

use super::Format;
use super::bytes::{Bytes, Glyph, R, need, note};
use super::maps::{counts, integers, more_ranks, narrow, ranks, upper};

/// A payload of the numeric codec [6] after the bytes that it refers to [14.2].
pub(crate) fn numeric(payload: &[u8], f: Format, raw_len: usize, past: &[u8]) -> R<Vec<u8>> {
    let row = f.width() * f.channels;
    need(past.len().is_multiple_of(row) && past.len() / row <= 8192, "whole rows of the past")?;
    need(past.is_empty() || f.width() < 8, "a past of 64 bits")?;
    let (mut b, mut all) = (Bytes(payload), past.to_vec());
    let end = past.len() + raw_len;
    let mut groups = 0;
    while all.len() < end {
        let g = b.glyph()?;
        match (g.kind, g.id) {
            (0, 1) => {
                all.extend(g.payload);
                need((1..row).contains(&g.payload.len()) && all.len() == end, "bytes that make no row")?;
            }
            (3, 0) => {
                let rows = group(g.payload, f, if past.is_empty() { &[] } else { &all })?;
                all.extend(rows);
            }
            _ => return Err("a member of a frame"),
        }
        groups += usize::from(g.kind == 3);
        need(groups <= 8, "more than 8 groups")?;
    }
    need(b.0.is_empty(), "bytes after the last group")?;
    Ok(all.split_off(past.len()))
}

/// A channel of a group: its samples' bytes in the stream's order, and the values that predictors of later planes see,
/// those of the past in front.
#[derive(Clone)]
struct Plane {
    samples: Vec<Vec<u8>>,
    x: Vec<i32>,
}

/// What a plane is read with.
pub(crate) struct Channel<'a> {
    pub(crate) f: Format,
    pub(crate) rows: usize,
    /// The x of the planes before, the last one the nearest.
    pub(crate) before: &'a [&'a [i32]],
    /// The channel's samples in the past.
    pub(crate) past: &'a [i32],
    /// The same in the rows that values are taken from; with the past at the end.
    pub(crate) known: &'a [i32],
}

fn group(payload: &[u8], f: Format, before: &[u8]) -> R<Vec<u8>> {
    let mut b = Bytes(payload);
    let rows = b.varint()? as usize;
    need(rows > 0, "a group of no rows")?;
    let row = f.width() * f.channels;
    let all: Vec<&[u8]> = before.chunks_exact(row).collect();
    let known = &all[all.len() - all.len().min(rows).min(8192)..];
    let past = &all[all.len() - all.len().min(512)..];
    let mut planes: Vec<Plane> = Vec::new();
    for c in 0..f.channels {
        let column = |rows: &[&[u8]]| -> Vec<i32> {
            if f.width() == 8 {
                return Vec::new();
            }
            rows.iter().map(|r| integer_of(&r[c * f.width()..(c + 1) * f.width()], f)).collect()
        };
        let xs: Vec<&[i32]> = planes.iter().map(|p| p.x.as_slice()).collect();
        let channel = Channel { f, rows, before: &xs, past: &column(past), known: &column(known) };
        let glyph = b.glyph()?;
        let plane = plane(&glyph, &channel, &planes)?;
        planes.push(plane);
    }
    need(b.0.is_empty(), "bytes after the last plane")?;
    Ok((0..rows).flat_map(|t| planes.iter().flat_map(move |p| p.samples[t].clone())).collect())
}

fn plane(g: &Glyph<'_>, c: &Channel<'_>, before: &[Plane]) -> R<Plane> {
    let mut b = Bytes(g.payload);
    let (f, rows) = (c.f, c.rows);
    let zeros = vec![0; c.past.len() + rows];
    if !c.past.is_empty() {
        note(format!("past of {}/{}", g.kind, g.id));
    }
    let of_integers = |(x, v): (Vec<i32>, Vec<i32>)| Plane { samples: v.iter().map(|v| bytes_of(*v, f)).collect(), x };
    let done = match (g.kind, g.id) {
        (0, 0) => {
            let sample = b.take(f.width())?.to_vec();
            Plane { samples: vec![sample; rows], x: zeros }
        }
        (0, 1) => {
            let samples = (0..rows).map(|_| Ok(b.take(f.width())?.to_vec())).collect::<R<_>>()?;
            Plane { samples, x: zeros }
        }
        (1, 0) => {
            let d = usize::from(b.u8()?);
            need((1..=3).contains(&d) && d <= before.len(), "a plane that is not there")?;
            before[before.len() - d].clone()
        }
        (1, 1) => {
            need(!c.past.is_empty(), "values of a past that is not there")?;
            of_integers(more_ranks(&mut b, c)?)
        }
        (2, 0..=2) if f.width() < 8 => {
            need(g.id < 2 || f.sample == 9, "a grid of no binary floats")?;
            of_integers(mapped(g.id, &mut b, c)?)
        }
        (2, 3) => {
            need(f.width() == 8, "upper parts of short samples")?;
            let (x, samples) = upper(&mut b, c)?;
            Plane { samples, x }
        }
        (2, 8..=10) => {
            need(f.sample == 10, "narrow samples that are not f64")?;
            let (x, v) = mapped(g.id - 8, &mut b, c)?;
            Plane { samples: v.iter().map(|v| narrow(*v, f)).collect(), x }
        }
        _ => return Err("a glyph that is no plane"),
    };
    need(b.0.is_empty(), "bytes after a plane")?;
    Ok(done)
}

fn mapped(map: u32, b: &mut Bytes<'_>, c: &Channel<'_>) -> R<(Vec<i32>, Vec<i32>)> {
    match map {
        0 => integers(b, c, c.past),
        1 => ranks(b, c),
        _ => counts(b, c),
    }
}

/// The bits of a float from the integer that keeps its order: its own inverse.
pub(crate) fn ordered(v: i32) -> u32 {
    if v < 0 { v as u32 ^ 0x7fff_ffff } else { v as u32 }
}

/// Big-endian bytes in the stream's order: its own inverse.
pub(crate) fn in_order(mut big: Vec<u8>, f: Format) -> Vec<u8> {
    if f.little {
        big.reverse();
    }
    big
}

/// A sample of up to 32 bits as its bytes [6].
fn bytes_of(v: i32, f: Format) -> Vec<u8> {
    let bits = match f.sample {
        7 => v as u32 ^ 1 << 31,
        9 => ordered(v),
        _ => v as u32,
    };
    in_order(bits.to_be_bytes()[4 - f.width()..].to_vec(), f)
}

/// A sample of up to 32 bits from its bytes [6].
fn integer_of(bytes: &[u8], f: Format) -> i32 {
    let bits = in_order(bytes.to_vec(), f).iter().fold(0u32, |v, b| v << 8 | u32::from(*b));
    let above = 32 - 8 * f.width() as u32;
    match f.sample {
        1 | 3 | 5 => (bits << above) as i32 >> above,
        7 => (bits ^ 1 << 31) as i32,
        9 => ordered(bits as i32) as i32,
        _ => bits as i32,
    }
}
