//! [9] and [10]: arrays of residuals and the tables they are coded with.

use super::bytes::{Bits, Bytes, R, need, note, unzigzag};
use std::sync::OnceLock;

/// An array of n residuals.
pub(crate) fn array(b: &mut Bytes<'_>, n: usize) -> R<Vec<i32>> {
    let coder = b.u8()?;
    note(format!("coder {coder}"));
    match coder {
        0 => Ok(vec![0; n]),
        1 => rice(b, n),
        2 => fixed(b, n),
        3 => adaptive(b, n),
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
    let used = bits.close()?;
    b.take(used)?;
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
        need(self.words.0.is_empty() && self.states.iter().all(|x| *x == 65536), "words are left")
    }
}

/// The table of a level, and the bits that lie below its symbols.
fn of_level(level: u32) -> (usize, u32) {
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

/// The range code of [9.3].
struct Range<'a> {
    bytes: Bytes<'a>,
    r: u32,
    code: u32,
}

#[derive(Clone, Copy)]
struct Node {
    a: u32,
    b: u32,
    m: u32,
}

impl Range<'_> {
    fn next(&mut self) -> u32 {
        self.bytes.u8().map_or(0, u32::from)
    }

    fn fill(&mut self) {
        while self.r < 1 << 24 {
            self.r <<= 8;
            self.code = self.code << 8 | self.next();
        }
    }

    fn decide(&mut self, n: &mut Node) -> bool {
        let p = (n.a + n.b).clamp(24, 32743);
        let bound = (self.r >> 15) * p;
        let one = self.code >= bound;
        if one {
            self.code -= bound;
            self.r -= bound;
        } else {
            self.r = bound;
        }
        let (ra, rb) = ((n.m + 1).min(4), if n.m < 6 { n.m + 1 } else { 7 });
        if one {
            n.a -= n.a >> ra;
            n.b -= n.b >> rb;
        } else {
            n.a += (16383 - n.a) >> ra;
            n.b += (16383 - n.b) >> rb;
        }
        n.m = (n.m + 1).min(15);
        self.fill();
        one
    }

    fn raw(&mut self, bits: u32) -> u64 {
        let (mut left, mut out) = (bits, 0);
        while left > 0 {
            let n = left.min(12);
            self.r >>= n;
            let v = (self.code / self.r).min((1 << n) - 1);
            self.code -= v * self.r;
            self.fill();
            out = out << n | u64::from(v);
            left -= n;
        }
        out
    }
}

/// [9.3]
fn adaptive(b: &mut Bytes<'_>, n: usize) -> R<Vec<i32>> {
    const WEIGHTS: [[i64; 3]; 4] = [[0, 8, 0], [2, 4, 2], [4, 3, 1], [0, 2, 6]];
    let len = b.varint()? as usize;
    let mut bytes = Bytes(b.take(len)?);
    let way = usize::from(bytes.u8()?);
    need(way < 4, "a way is 0 to 3")?;
    let mut c = Range { bytes, r: u32::MAX, code: 0 };
    need(c.next() == 0, "the first byte is 0")?;
    for _ in 0..4 {
        c.code = c.code << 8 | c.next();
    }
    let mut sets = [[Node { a: 8192, b: 8192, m: 0 }; 64]; 21];
    let mut means = [1i64 << 18; 3];
    let mut out = Vec::new();
    for _ in 0..n {
        let v: i64 = means.iter().zip(WEIGHTS[way]).map(|(m, w)| m * w).sum();
        let level = if v > 0 {
            let l = i64::from(v.ilog2());
            let m = if l <= 16 { v << (16 - l) } else { v >> (l - 16) };
            (2 * l + 14 - 38 + i64::from(m >= 77936) + i64::from(m >= 110_218)).clamp(0, 76) as u32
        } else {
            0
        };
        let nodes = &mut sets[of_level(level).0];
        let e = (level / 2).saturating_sub(6);
        let mut k = e;
        if c.decide(&mut nodes[0]) {
            k += 1;
            while k < 32 && c.decide(&mut nodes[1 + (k - e - 1).min(10) as usize]) {
                k += 1;
            }
        } else {
            while k > 0 && c.decide(&mut nodes[12 + (e - k).min(11) as usize]) {
                k -= 1;
            }
        }
        let mut value = 0i64;
        if k > 0 {
            let negative = c.decide(&mut nodes[24 + (k - 1).min(2) as usize]);
            let mut g = 1u64;
            let by_nodes = if k <= 4 { k - 1 } else { 2 };
            for _ in 0..by_nodes {
                let node = if k <= 4 { 27 + g } else { 35 + 3 * u64::from((k + 4).saturating_sub(e).min(8)) + g - 1 };
                g = g << 1 | u64::from(c.decide(&mut nodes[node as usize]));
            }
            let rest = k - 1 - by_nodes;
            g = g << rest | c.raw(rest);
            value = if negative { -(g as i64) } else { g as i64 };
        }
        for (mean, rate) in means.iter_mut().zip([2, 4, 7]) {
            *mean += (value.abs() * 65536 - *mean) >> rate;
        }
        out.push(value as i32);
    }
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
            let told = fine.min(below);
            frequencies[c as usize] = (1 << told | s.raw.take(told)?) << (below - told);
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
