//! docs/formats/ccsds121.md, and with it the standard, read literally.

use sqrtspace::codec::ccsds121::Params;

/// One bit at a time.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<i64> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit.into())
    }

    fn word(&mut self, len: u32) -> Option<i64> {
        (0..len).try_fold(0, |v, _| Some(v * 2 + self.bit()?))
    }

    fn fs(&mut self) -> Option<i64> {
        let mut m = 0;
        while self.bit()? == 0 {
            m += 1;
        }
        Some(m)
    }
}

/// The standard read literally, everything in wide integers: samples minus their minimum, and the bytes they took.
/// `None` is damage.
pub(crate) fn decode(p: &Params, coded: &[u8], count: usize) -> Option<(Vec<u32>, usize)> {
    let (n, j, r) = (u32::from(p.bits), usize::from(p.block), usize::from(p.rsi));
    let max = (1i64 << n) - 1;
    let (low, high) = if p.signed && p.preprocess { (-(1i64 << (n - 1)), (1i64 << (n - 1)) - 1) } else { (0, max) };
    let id_len = match n {
        1..=2 if p.restricted => 1,
        3..=4 if p.restricted => 2,
        1..=8 => 3,
        9..=16 => 4,
        _ => 5,
    };
    let mut bits = Bits { bytes: coded, at: 0 };
    let mut out: Vec<i64> = Vec::new();
    let mut index = 0;
    while out.len() < count {
        let reference = p.preprocess && index == 0;
        let skip = usize::from(reference);
        let id = bits.word(id_len)?;
        let pairs = id == 0 && bits.bit()? == 1;
        let first = if reference { Some(bits.word(n)?) } else { None };
        let mut deltas = vec![0i64; skip];
        if pairs {
            deltas.clear();
            for _ in 0..j / 2 {
                let m = bits.fs()?;
                let sum = (0..=12).find(|s| (s + 1) * (s + 2) / 2 > m)?;
                let second = m - sum * (sum + 1) / 2;
                deltas.extend([sum - second, second]);
            }
            if reference {
                deltas[0] = 0;
            }
        } else if id == 0 {
            let blocks = match bits.fs()? {
                4 => (64 - index % 64).min(r - index),
                m if m < 4 => m as usize + 1,
                m => m as usize,
            };
            if blocks > r - index {
                return None;
            }
            deltas = vec![0; blocks * j];
        } else if id == (1 << id_len) - 1 {
            for _ in skip..j {
                deltas.push(bits.word(n)?);
            }
        } else {
            let k = id as u32 - 1;
            for _ in skip..j {
                deltas.push(bits.fs()?);
            }
            for d in &mut deltas[skip..] {
                *d = (*d << k) + bits.word(k)?;
            }
        }
        if deltas.iter().any(|&d| d > max) {
            return None;
        }
        for (i, &d) in deltas.iter().enumerate() {
            let x = match (p.preprocess, first, out.last()) {
                (false, ..) => d,
                (true, Some(raw), _) if i == 0 => raw - if raw > high { max + 1 } else { 0 },
                (true, _, None) => unreachable!("an interval starts with its reference"),
                (true, _, Some(&hat)) => {
                    let theta = (hat - low).min(high - hat);
                    let away = if hat - low < high - hat { d - theta } else { theta - d };
                    let near = if d % 2 == 0 { d / 2 } else { -(d + 1) / 2 };
                    hat + if (d + 1) / 2 <= theta { near } else { away }
                }
            };
            out.push(x);
        }
        index += deltas.len() / j;
        if index == r {
            index = 0;
            if p.pad_rsi {
                bits.at = bits.at.next_multiple_of(8);
            }
        }
    }
    out.truncate(count);
    Some((out.iter().map(|&x| (x - low) as u32).collect(), bits.at.div_ceil(8)))
}
