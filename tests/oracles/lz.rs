//! docs/formats/lz.md read literally: one bit at a time, no tables but lists. `None` is damage.

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<u32> {
        let bit = self.bytes.get(self.at / 8)? >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit.into())
    }

    fn word(&mut self, len: u32) -> Option<u32> {
        (0..len).try_fold(0, |v, _| Some(v * 2 + self.bit()?))
    }

    fn gamma(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.bit()? == 0 {
            zeros += 1;
            if zeros == 20 {
                return None;
            }
        }
        Some(1 << zeros | self.word(zeros)?)
    }
}

fn number(bytes: &mut &[u8]) -> Option<usize> {
    let mut v = 0;
    for shift in [0, 7, 14, 21] {
        let (&b, rest) = bytes.split_first()?;
        *bytes = rest;
        v |= usize::from(b & 127) << shift;
        if b < 128 {
            return Some(v);
        }
    }
    None
}

fn take<'a>(bytes: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (head, rest) = bytes.split_at_checked(n)?;
    *bytes = rest;
    Some(head)
}

/// Codes as strings of bits.
fn huffman(bits: &mut Bits) -> Option<Vec<(Vec<u32>, u8)>> {
    let (shortest, longest) = (bits.word(4)?, bits.word(4)?);
    if shortest == 0 || shortest > longest || longest > 11 {
        return None;
    }
    let width = 32 - (longest - shortest).leading_zeros();
    let mut lens = Vec::new();
    loop {
        let skip = bits.gamma()? as usize - 1;
        if lens.len() + skip > 256 {
            return None;
        }
        lens.extend(vec![0; skip]);
        if lens.len() == 256 {
            break;
        }
        let len = shortest + bits.word(width)?;
        if len > longest {
            return None;
        }
        lens.push(len);
    }
    let mut by_length: Vec<(u32, u8)> =
        (0..=255).filter(|s| lens[usize::from(*s)] > 0).map(|s| (lens[usize::from(s)], s)).collect();
    by_length.sort_unstable();
    if by_length.len() == 1 && shortest == 1 {
        let symbol = by_length[0].1;
        return Some(vec![(vec![0], symbol), (vec![1], symbol)]);
    }
    let mut codes = Vec::new();
    let (mut code, mut last) = (0u32, 0);
    for (len, symbol) in by_length {
        code <<= len - last;
        last = len;
        if code >> len != 0 {
            return None;
        }
        codes.push(((0..len).rev().map(|i| code >> i & 1).collect(), symbol));
        code += 1;
    }
    (code == 1 << last).then_some(codes)
}

fn stream(bytes: &[u8], codes: &[(Vec<u32>, u8)], count: usize, out: &mut Vec<u8>) -> Option<()> {
    let mut bits = Bits { bytes, at: 0 };
    for _ in 0..count {
        let mut seen = Vec::new();
        let symbol = loop {
            seen.push(bits.bit()?);
            if let Some((_, s)) = codes.iter().find(|(c, _)| *c == seen) {
                break *s;
            }
        };
        out.push(symbol);
    }
    (bits.at.div_ceil(8) == bytes.len()).then_some(())
}

/// For each state: symbol, bits, base of the next state.
struct Table {
    log: u32,
    states: Vec<(u32, u32, u32)>,
}

fn table(bits: &mut Bits, symbols: usize) -> Option<Table> {
    let log = 4 + bits.word(3)?;
    if log > 9 {
        return None;
    }
    let size = 1usize << log;
    let mut shares = Vec::new();
    let mut sum = 0;
    while sum < size {
        if shares.len() == symbols {
            return None;
        }
        let share = bits.gamma()? as usize - 1;
        sum += share;
        shares.push(share);
    }
    if sum > size {
        return None;
    }
    let mut states = vec![(0, 0, 0); size];
    let mut at = 0;
    for (symbol, share) in shares.iter().enumerate() {
        for j in 0..*share {
            let x = (share + j) as u32;
            let bits = log - x.ilog2();
            states[at] = (symbol as u32, bits, (x << bits) - size as u32);
            at = (at + size / 2 + size / 8 + 3) % size;
        }
    }
    Some(Table { log, states })
}

/// Reads from the end.
struct Back<'a> {
    bytes: &'a [u8],
    left: usize,
}

impl Back<'_> {
    fn word(&mut self, len: u32) -> Option<u32> {
        (0..len).try_fold(0, |v, _| {
            self.left = self.left.checked_sub(1)?;
            Some(v * 2 + u32::from(self.bytes[self.left / 8] >> (self.left % 8) & 1))
        })
    }
}

/// A value from its code: `direct` bits' worth of values stand for themselves.
fn value(code: u32, direct: u32, back: &mut Back) -> Option<u32> {
    if code < 1 << direct {
        return Some(code);
    }
    let octave = direct + (code - (1 << direct)) / 2;
    let half = (code - (1 << direct)) % 2;
    Some((2 + half) << (octave - 1) | back.word(octave - 1)?)
}

/// A block of at longest `limit` bytes after those of `past`.
pub(crate) fn decode(past: &[u8], block: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut rest = block;
    let mut out = past.to_vec();
    let limit = past.len() + limit;
    let mut recent = vec![1usize, 2, 4, 8];
    loop {
        let flags = take(&mut rest, 1)?[0];
        let (last, mode) = (flags & 1 == 1, flags >> 1);
        let (literals, sequences) = (number(&mut rest)?, number(&mut rest)?);
        if mode > 3 || (!last && literals == 0 && sequences == 0) || out.len() + literals > limit {
            return None;
        }
        let mut lits = Vec::new();
        if mode == 0 {
            lits = take(&mut rest, literals)?.to_vec();
        } else {
            let len = number(&mut rest)?;
            let coded = take(&mut rest, len)?;
            let mut bits = Bits { bytes: coded, at: 0 };
            let codes = huffman(&mut bits)?;
            let mut streams = &coded[bits.at.div_ceil(8)..];
            match mode {
                1 => stream(streams, &codes, literals, &mut lits)?,
                2 => {
                    let quarter = literals.div_ceil(4);
                    let fourth = literals.checked_sub(3 * quarter)?;
                    let lens = [number(&mut streams)?, number(&mut streams)?, number(&mut streams)?];
                    for len in lens {
                        stream(take(&mut streams, len)?, &codes, quarter, &mut lits)?;
                    }
                    stream(streams, &codes, fourth, &mut lits)?;
                }
                _ => return None,
            }
        }
        let len = if last { rest.len() } else { number(&mut rest)? };
        let coded = take(&mut rest, len)?;
        let mut lits = lits.into_iter();
        if sequences == 0 && len > 0 {
            return None;
        }
        if sequences > 0 {
            let mut bits = Bits { bytes: coded, at: 0 };
            let tables = [table(&mut bits, 42)?, table(&mut bits, 56)?, table(&mut bits, 47)?];
            let body = &coded[bits.at.div_ceil(8)..];
            let mark = body.last()?.checked_ilog2()?;
            let mut back = Back { bytes: body, left: body.len() * 8 - 8 + mark as usize };
            let [runs, matches, offsets] = tables;
            let mut next = std::collections::VecDeque::new();
            for _ in 0..sequences.min(2) {
                let (r, o, m) = (back.word(runs.log)?, back.word(offsets.log)?, back.word(matches.log)?);
                next.push_back((r, m, o));
            }
            for i in 0..sequences {
                let (r, m, o) = next.pop_front()?;
                let (rs, ms, os) = (runs.states[r as usize], matches.states[m as usize], offsets.states[o as usize]);
                if i + 2 < sequences {
                    let r = rs.2 + back.word(rs.1)?;
                    let m = ms.2 + back.word(ms.1)?;
                    let o = os.2 + back.word(os.1)?;
                    next.push_back((r, m, o));
                }
                let stored = if os.0 < 3 { os.0 } else { value(os.0 - 2, 1, &mut back)? + 2 };
                let len = value(ms.0, 5, &mut back)? as usize + 3;
                let run = value(rs.0, 4, &mut back)? as usize;
                let offset = if stored >= 3 {
                    stored as usize - 2
                } else {
                    recent.remove(stored as usize + usize::from(run == 0))
                };
                recent.insert(0, offset);
                recent.truncate(4);
                for _ in 0..run {
                    out.push(lits.next()?);
                }
                if offset == 0 || offset > out.len() || out.len() + len + lits.len() > limit {
                    return None;
                }
                for _ in 0..len {
                    out.push(out[out.len() - offset]);
                }
            }
            if back.left > 0 {
                return None;
            }
        }
        out.extend(lits);
        if last {
            return (out.len() <= limit).then(|| out.split_off(past.len()));
        }
    }
}
