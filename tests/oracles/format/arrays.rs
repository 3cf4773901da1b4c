//! [9] and [10]: arrays of residuals and the tables they are coded with.

use super::adaptive::adaptive;
use super::bytes::{Bits, Bytes, R, need, note, unzigzag};
use std::sync::OnceLock;

/// An array of n numbers.
pub(crate) fn array(b: &mut Bytes<'_>, n: usize) -> R<Vec<i32>> {
    array_after(b, n, &[])
}

/// An array of n residuals after those of the past, which the adaptive coder learns from [14.2].
pub(crate) fn array_after(b: &mut Bytes<'_>, n: usize, past: &[i32]) -> R<Vec<i32>> {
    let coder = b.u8()?;
    note(format!("coder {coder}"));
    match coder {
        0 => Ok(vec![0; n]),
        1 => rice(b, n),
        2 => fixed(b, n),
        3 => adaptive(b, n, past),
        4 => learned(b, n),
        _ => Err("a coder is 0 to 4"),
    }
}

/// [9.1]
fn rice(b: &mut Bytes<'_>, n: usize) -> R<Vec<i32>> {
    let mut bits = Bits::new(b.0);
    let block = 8usize << bits.take(2)?;
    let (mut k, mut zeros, mut out) = (0u32, false, Vec::new());
    while out.len() < n {
        if bits.take(1)? == 0 {
            if bits.take(1)? == 1 {
                k = if bits.take(1)? == 0 { k + 1 } else { k.checked_sub(1).ok_or("k is 0 to 31")? };
                zeros = false;
            } else if bits.take(1)? == 1 {
                zeros = !zeros;
            } else {
                need(bits.take(1)? == 1, "a block begins with 0000")?;
                k = bits.take(5)?;
                zeros = false;
            }
        }
        need(k <= 31, "k is 0 to 31")?;
        for _ in 0..block.min(n - out.len()) {
            let z = if zeros {
                0
            } else {
                match bits.unary()? {
                    24 => bits.take(32)?,
                    q if q < 24 => q << k | bits.take(k)?,
                    _ => return Err("more than 24 zeros"),
                }
            };
            out.push(unzigzag(z));
        }
    }
    b.0 = bits.close()?;
    Ok(out)
}

/// [10]: frequencies by shape, level and symbol.
fn tables() -> &'static [[Vec<u32>; 21]; 4] {
    const SCALES: [[u32; 21]; 4] = [
        [
            19693, 20346, 21072, 21886, 22811, 23876, 25127, 26636, 28522, 31003, 34520, 40014, 49206, 64010, 86408,
            119209, 166442, 233856, 329637, 464252, 656825,
        ],
        [
            9466, 9969, 10532, 11165, 11886, 12716, 13686, 14844, 16263, 18064, 20466, 23877, 29069, 37287, 49990,
            68779, 95911, 134676, 189779, 267181, 378023,
        ],
        [
            11819, 12606, 13507, 14546, 15757, 17188, 18904, 20998, 23604, 26928, 31286, 37178, 45397, 57176, 74357,
            99526, 136190, 189097, 264828, 369760, 523605,
        ],
        [
            9529, 10580, 11774, 13137, 14707, 16534, 18683, 21241, 24334, 28141, 32937, 39150, 47461, 58952, 75304,
            99007, 133546, 183637, 255703, 354060, 501817,
        ],
    ];
    static TABLES: OnceLock<[[Vec<u32>; 21]; 4]> = OnceLock::new();
    TABLES.get_or_init(|| {
        std::array::from_fn(|shape| std::array::from_fn(|level| table(shape, level, f64::from(SCALES[shape][level]))))
    })
}

/// E of [10].
fn decay(y: f64) -> f64 {
    if y > 40.0 {
        return 0.0;
    }
    let (mut y, mut halved) = (y, 0);
    while y > 0.0625 {
        y /= 2.0;
        halved += 1;
    }
    let mut z = 1.0;
    for k in (1..=8).rev() {
        z = 1.0 - y * z / f64::from(k);
    }
    for _ in 0..halved {
        z *= z;
    }
    z
}

fn table(shape: usize, level: usize, scale: f64) -> Vec<u32> {
    let s = scale / 65536.0;
    let w: Vec<f64> = (0..192)
        .map(|j| {
            let h = if level < 19 { f64::from((j + 1) / 2) } else { f64::from(j) + 0.5 };
            match shape {
                0 => decay(h * h / (2.0 * s * s)),
                1 => {
                    let q = decay(h / s);
                    q / ((1.0 + q) * (1.0 + q))
                }
                2 => decay(h / s),
                _ => {
                    0.45 / 0.55 * decay(h / (0.55 * s))
                        + 0.45 / 1.1 * decay(h / (1.1 * s))
                        + 0.1 / 3.0 * decay(h / (3.0 * s))
                }
            }
        })
        .collect();
    let all: f64 = w.iter().sum();
    let (mut sum, mut last, mut out) = (0.0, 0, Vec::new());
    for (j, w) in w.iter().enumerate().take(64) {
        sum += w;
        let u = if j < 63 { (sum / all * 4095.0 + 0.5).floor() as u32 } else { 4096 };
        out.push(u - last);
        last = u;
    }
    out
}

/// CRC-32C of all frequencies, as [10] gives it.
pub(crate) fn tables_crc() -> u32 {
    let all: Vec<u8> =
        tables().iter().flatten().flatten().flat_map(|f| u16::try_from(*f).expect("12 bits").to_be_bytes()).collect();
    super::bytes::crc32c(&all)
}

/// Raw bits, states and words of [9.2].
struct Section<'a> {
    raw: Bits<'a>,
    states: Vec<u32>,
    words: Bytes<'a>,
}

impl<'a> Section<'a> {
    fn read(b: &mut Bytes<'a>, n: usize) -> R<Self> {
        let len = b.varint()? as usize;
        let raw = Bits::new(b.take(len)?);
        let words = b.varint()? as usize;
        let count = if n < 512 {
            1
        } else if n < 4096 {
            2
        } else {
            4
        };
        let states = (0..count).map(|_| Ok(b.number(4)? as u32)).collect::<R<_>>()?;
        Ok(Section { raw, states, words: Bytes(b.take(2 * words)?) })
    }

    fn symbol(&mut self, state: usize, frequencies: &[u32], bits: u32) -> R<u32> {
        let x = self.states[state];
        let slot = x & ((1 << bits) - 1);
        let mut below = 0;
        for (symbol, f) in frequencies.iter().enumerate() {
            if slot < below + f {
                let mut x = f * (x >> bits) + slot - below;
                if x < 65536 {
                    x = x << 16 | self.words.number(2)? as u32;
                }
                self.states[state] = x;
                return Ok(symbol as u32);
            }
            below += f;
        }
        Err("a slot of no symbol")
    }

    fn close(self) -> R<()> {
        need(self.raw.close()?.is_empty(), "raw bits are left")?;
        need(self.words.0.is_empty() && self.states.iter().all(|x| *x == 65536), "words are left")
    }
}

/// The table of a level, and the bits that lie below its symbols.
pub(crate) fn of_level(level: u32) -> (usize, u32) {
    if level < 19 { (level as usize, 0) } else { (19 + ((level - 19) & 1) as usize, (level - 17) >> 1) }
}

/// [9.2]
fn fixed(b: &mut Bytes<'_>, n: usize) -> R<Vec<i32>> {
    let (first, mut level) = (b.u8()?, i32::from(b.u8()?));
    let (shape, levels) = (usize::from(first >> 6), usize::from(first & 63));
    need(levels <= 18 && level <= 76, "levels")?;
    let mut s = Section::read(b, n)?;
    let count = s.states.len();
    let mut out = Vec::new();
    while out.len() < n {
        level += unzigzag(s.symbol(0, &tables()[2][levels], 12)?);
        need((0..=76).contains(&level), "a level is 0 to 76")?;
        let (t, low) = of_level(level as u32);
        for i in 0..32.min(n - out.len()) {
            let mut z = s.symbol(i % count, &tables()[shape][t], 12)?;
            if z == 63 {
                let bits = s.raw.take(5)? + 1;
                z = s.raw.take(bits)?;
            }
            out.push(unzigzag((u64::from(z) << low) as u32 | s.raw.take(low)?));
        }
    }
    s.close()?;
    Ok(out)
}

/// [9.4]
fn learned(b: &mut Bytes<'_>, n: usize) -> R<Vec<i32>> {
    let mut s = Section::read(b, n)?;
    let (k, fine) = (s.raw.take(2)?, s.raw.take(2)?);
    let (classes, rest) = (s.raw.take(8)? + 1, s.raw.take(8)?);
    need(classes <= (33 - k) << k && rest < classes, "classes")?;
    let (mut frequencies, mut bits) = (vec![0u32; classes as usize], 0i32);
    for c in (0..classes).filter(|c| *c != rest) {
        bits += unzigzag(s.raw.unary()?);
        need((0..=11).contains(&bits), "bits of a frequency")?;
        if bits > 0 {
            let below = bits as u32 - 1;
            let known = fine.min(below);
            frequencies[c as usize] = (1 << known | s.raw.take(known)?) << (below - known);
        }
    }
    let others: u32 = frequencies.iter().sum();
    need(others < 2048, "frequencies")?;
    frequencies[rest as usize] = 2048 - others;
    let mut out = Vec::new();
    for i in 0..n {
        let c = s.symbol(i % s.states.len(), &frequencies, 11)?;
        let low = (c >> k).saturating_sub(1);
        out.push(unzigzag((c - (low << k)) << low | s.raw.take(low)?));
    }
    s.close()?;
    Ok(out)
}
