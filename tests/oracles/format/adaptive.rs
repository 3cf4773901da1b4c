//! [9.3]: the adaptive coder, and what it learns from the past of a group.

use super::arrays::of_level;
use super::bytes::{Bytes, R, need, note};

/// The range code.
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

impl Node {
    fn learn(&mut self, one: bool) {
        let (ra, rb) = ((self.m + 1).min(4), if self.m < 6 { self.m + 1 } else { 7 });
        if one {
            self.a -= self.a >> ra;
            self.b -= self.b >> rb;
        } else {
            self.a += (16383 - self.a) >> ra;
            self.b += (16383 - self.b) >> rb;
        }
        self.m = (self.m + 1).min(15);
    }
}

impl<'a> Range<'a> {
    fn new(bytes: Bytes<'a>) -> R<Self> {
        let mut c = Range { bytes, r: u32::MAX, code: 0 };
        need(c.next() == 0, "the first byte is 0")?;
        for _ in 0..4 {
            c.code = c.code << 8 | c.next();
        }
        Ok(c)
    }

    fn next(&mut self) -> u32 {
        self.bytes.u8().map_or(0, u32::from)
    }

    fn fill(&mut self) {
        while self.r < 1 << 24 {
            self.r <<= 8;
            self.code = self.code << 8 | self.next();
        }
    }

    fn decide(&mut self, n: &Node) -> bool {
        let p = (n.a + n.b).clamp(24, 32743);
        let bound = (self.r >> 15) * p;
        let one = self.code >= bound;
        if one {
            self.code -= bound;
            self.r -= bound;
        } else {
            self.r = bound;
        }
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

/// Where decisions come from.
enum Source<'a> {
    Code(Range<'a>),
    /// A residual that both sides know.
    Known(i32),
}

impl Source<'_> {
    /// A decision, which is `truth` where the residual is known.
    fn decide(&mut self, n: &mut Node, truth: impl Fn(i32) -> bool) -> bool {
        let one = match self {
            Source::Code(c) => c.decide(n),
            Source::Known(e) => truth(*e),
        };
        n.learn(one);
        one
    }

    fn raw(&mut self, bits: u32) -> u64 {
        match self {
            Source::Code(c) => c.raw(bits),
            Source::Known(e) => u64::from(e.unsigned_abs()) & ((1 << bits) - 1),
        }
    }
}

/// The nodes and the means.
struct Model {
    sets: Vec<[Node; 64]>,
    means: [i64; 3],
    way: usize,
}

fn bits_of(e: i32) -> u32 {
    32 - e.unsigned_abs().leading_zeros()
}

impl Model {
    fn level(&self) -> u32 {
        const WEIGHTS: [[i64; 3]; 4] = [[0, 8, 0], [2, 4, 2], [4, 3, 1], [0, 2, 6]];
        let v: i64 = self.means.iter().zip(WEIGHTS[self.way]).map(|(m, w)| m * w).sum();
        if v == 0 {
            return 0;
        }
        let l = i64::from(v.ilog2());
        let m = if l <= 16 { v << (16 - l) } else { v >> (l - 16) };
        (2 * l + 14 - 38 + i64::from(m >= 77936) + i64::from(m >= 110_218)).clamp(0, 76) as u32
    }

    fn residual(&mut self, s: &mut Source<'_>) -> i32 {
        let level = self.level();
        let nodes = &mut self.sets[of_level(level).0];
        let e = (level / 2).saturating_sub(6);
        let mut k = e;
        if s.decide(&mut nodes[0], |v| bits_of(v) > e) {
            k += 1;
            while k < 32 && s.decide(&mut nodes[1 + (k - e - 1).min(10) as usize], |v| bits_of(v) > k) {
                k += 1;
            }
        } else {
            while k > 0 && s.decide(&mut nodes[12 + (e - k).min(11) as usize], |v| bits_of(v) < k) {
                k -= 1;
            }
        }
        let mut value = 0i64;
        if k > 0 {
            let negative = s.decide(&mut nodes[24 + (k - 1).min(2) as usize], |v| v < 0);
            let mut g = 1u64;
            let by_nodes = if k <= 4 { k - 1 } else { 2 };
            for i in 0..by_nodes {
                let node = if k <= 4 { 27 + g } else { 35 + 3 * u64::from((k + 4).saturating_sub(e).min(8)) + g - 1 };
                g = g << 1
                    | u64::from(s.decide(&mut nodes[node as usize], |v| v.unsigned_abs() >> (k - 2 - i) & 1 == 1));
            }
            let rest = k - 1 - by_nodes;
            g = g << rest | s.raw(rest);
            value = if negative { -(g as i64) } else { g as i64 };
        }
        // Modulo 2^32.
        let residual = value as i32;
        for (mean, rate) in self.means.iter_mut().zip([2, 4, 7]) {
            *mean += (i64::from(residual.unsigned_abs()) * 65536 - *mean) >> rate;
        }
        residual
    }
}

pub(crate) fn adaptive(b: &mut Bytes<'_>, n: usize, past: &[i32]) -> R<Vec<i32>> {
    let len = b.varint()? as usize;
    let mut bytes = Bytes(b.take(len)?);
    let way = usize::from(bytes.u8()?);
    need(way < 4, "a way is 0 to 3")?;
    let mut model = Model { sets: vec![[Node { a: 8192, b: 8192, m: 0 }; 64]; 21], means: [1 << 18; 3], way };
    if !past.is_empty() {
        note("past of coder 3".into());
    }
    for e in past {
        model.residual(&mut Source::Known(*e));
    }
    let mut code = Source::Code(Range::new(bytes)?);
    let out = (0..n).map(|_| model.residual(&mut code)).collect();
    if let Source::Code(c) = code {
        need(c.bytes.0.is_empty(), "bytes after the range code")?;
    }
    Ok(out)
}
