//! The fixed distributions of residuals: four shapes at half-octave scales, as integer frequencies of 64 symbols.
//!
//! The compiler computes the tables. They are part of the format: `docs/formats/container.md` specifies the computation
//! and a checksum of the result. The module also estimates costs from them.
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    long_running_const_eval,
    reason = "computed at compile time, where any fault is an error"
)]

use crate::util::unsigned::Unsigned;
#[cfg(feature = "std")]
use core::sync::atomic::{
    AtomicBool, AtomicU8,
    Ordering::{Acquire, Relaxed, Release},
};

/// Bits of a frequency total.
pub(crate) const PROB_BITS: u32 = 12;
/// The sum of the frequencies of a table.
pub(crate) const PROB_ONE: u32 = 1 << PROB_BITS;
/// Symbols of a table; the last one is the escape.
pub(crate) const SYMBOLS: usize = 64;
/// The symbol for values that have no symbol of their own.
pub(crate) const ESCAPE: u8 = 63;
/// Number of shapes: Gaussian, logistic, Laplace and heavy-tailed.
pub(crate) const SHAPES: usize = 4;
/// Tables per shape: 19 for scales below 4, and 2 for all larger scales, whose low bits are raw.
pub(crate) const LEVELS: usize = 21;
/// Number of tables. The index of a table is `shape * LEVELS + level`.
pub(crate) const TABLES: usize = SHAPES * LEVELS;
/// Maximum scale level: a mean magnitude of 2^31.
pub(crate) const MAX_LEVEL: u32 = 76;

/// Scale parameters by shape and level, in units of 2^-16.
///
/// The mean magnitude of a distribution is 2^(level/2 - 7), but 2^2.5 and 2^3 bins for the last two levels.
const SCALE: [[u32; LEVELS]; SHAPES] = [
    [
        19693, 20346, 21072, 21886, 22811, 23876, 25127, 26636, 28522, 31003, 34520, 40014, 49206, 64010, 86408,
        119209, 166442, 233856, 329637, 464252, 656825,
    ],
    [
        9466, 9969, 10532, 11165, 11886, 12716, 13686, 14844, 16263, 18064, 20466, 23877, 29069, 37287, 49990, 68779,
        95911, 134676, 189779, 267181, 378023,
    ],
    [
        11819, 12606, 13507, 14546, 15757, 17188, 18904, 20998, 23604, 26928, 31286, 37178, 45397, 57176, 74357, 99526,
        136190, 189097, 264828, 369760, 523605,
    ],
    [
        9529, 10580, 11774, 13137, 14707, 16534, 18683, 21241, 24334, 28141, 32937, 39150, 47461, 58952, 75304, 99007,
        133546, 183637, 255703, 354060, 501817,
    ],
];

/// exp(-y) for y >= 0, by halving, eight terms of the series, and squaring: bit-identical on every machine.
const fn exp_neg(y: f64) -> f64 {
    if y > 40.0 {
        return 0.0;
    }
    let mut x = y;
    let mut halvings = 0;
    while x > 0.0625 {
        x *= 0.5;
        halvings += 1;
    }
    let mut sum = 1.0;
    let mut k = 8;
    while k > 0 {
        sum = 1.0 - x * sum / k as f64;
        k -= 1;
    }
    while halvings > 0 {
        sum *= sum;
        halvings -= 1;
    }
    sum
}

/// The weight of magnitude `h` in a shape of scale `s`.
const fn weight(shape: usize, h: f64, s: f64) -> f64 {
    match shape {
        0 => exp_neg(h * h / (2.0 * s * s)),
        1 => {
            let e = exp_neg(h / s);
            e / ((1.0 + e) * (1.0 + e))
        }
        2 => exp_neg(h / s),
        _ => {
            0.45 / 0.55 * exp_neg(h / (0.55 * s))
                + 0.45 / 1.1 * exp_neg(h / (1.1 * s))
                + 0.1 / 3.0 * exp_neg(h / (3.0 * s))
        }
    }
}

/// One entry per symbol: the frequency in the high half, and the sum of the frequencies before it in the low half.
pub(crate) type Table = [u32; SYMBOLS];

/// The frequency of an entry.
#[inline]
pub(crate) const fn freq(entry: u32) -> u32 {
    entry >> 16
}

const fn table(shape: usize, level: usize) -> Table {
    let s = SCALE[shape][level] as f64 / 65536.0;
    let mut w = [0.0; 192];
    let mut total = 0.0;
    let mut j = 0usize;
    while j < 192 {
        let h = if level < 19 { j.div_ceil(2) as f64 } else { j as f64 + 0.5 };
        w[j] = weight(shape, h, s);
        total += w[j];
        j += 1;
    }
    let mut t = [0; SYMBOLS];
    let mut sum = 0.0;
    let mut before = 0;
    let mut j = 0;
    while j < SYMBOLS {
        sum += w[j];
        let upto = if j == SYMBOLS - 1 { PROB_ONE } else { (sum / total * (PROB_ONE - 1) as f64 + 0.5) as u32 };
        t[j] = ((upto - before) << 16) | before;
        before = upto;
        j += 1;
    }
    t
}

const fn tables() -> [Table; TABLES] {
    let mut t = [[0; SYMBOLS]; TABLES];
    let mut i = 0;
    while i < TABLES {
        t[i] = table(i / LEVELS, i % LEVELS);
        i += 1;
    }
    t
}

/// All fixed tables.
pub(crate) static FIXED: [Table; TABLES] = tables();

/// The distance between the code points that [`Lookup`] has an entry for, as a power of two.
///
/// On hosts every code point has an entry. Without an operating system such tables would be the largest part of the
/// library, so that the symbols in between are searched.
const LOOKUP_BITS: u32 = if cfg!(feature = "std") { 0 } else { 5 };

/// Entries of a lookup table.
const POINTS: usize = (PROB_ONE >> LOOKUP_BITS) as usize;

/// The symbol that a code point belongs to.
#[inline]
pub(crate) fn symbol_at(table: &Table, lookup: &Lookup, point: u32) -> u8 {
    let mut symbol = lookup.first(point >> LOOKUP_BITS);
    if cfg!(not(feature = "std")) {
        // The last symbol ends the loop.
        while let Some(e) = table.get(symbol as usize)
            && symbol < ESCAPE
            && point.wrapping_sub(e & 0xffff) >= freq(*e)
        {
            symbol += 1;
        }
    }
    symbol
}

/// The symbol of the first of every `2^LOOKUP_BITS` code points of table `i`.
#[cfg(not(feature = "std"))]
const fn symbols(i: usize) -> [u8; POINTS] {
    let mut out = [0u8; POINTS];
    let mut j = 0;
    while j < SYMBOLS {
        let e = FIXED[i][j];
        let mut k = 0;
        while k < freq(e) {
            let point = (e & 0xffff) + k;
            if point.is_multiple_of(1 << LOOKUP_BITS) {
                out[(point >> LOOKUP_BITS) as usize] = j as u8;
            }
            k += 1;
        }
        j += 1;
    }
    out
}

/// Symbols by code point for a table of [`FIXED`], computed at compile time.
#[cfg(not(feature = "std"))]
pub(crate) struct Lookup([u8; POINTS]);

#[cfg(not(feature = "std"))]
impl Lookup {
    #[inline(always)]
    fn first(&self, entry: u32) -> u8 {
        self.0[entry as usize]
    }

    /// The lookup table for the fixed table `i`.
    pub(crate) fn of(i: usize) -> Option<&'static Lookup> {
        static ALL: [Lookup; TABLES] = {
            let mut all = [const { Lookup([0; POINTS]) }; TABLES];
            let mut i = 0;
            while i < TABLES {
                all[i] = Lookup(symbols(i));
                i += 1;
            }
            all
        };
        ALL.get(i)
    }
}

/// Symbols by code point for a table of [`FIXED`], computed at the first use.
///
/// Precomputed tables would add 344 KB to the file of the library. Threads that fill a table at the same time store the
/// same bytes, so that no thread waits.
#[cfg(feature = "std")]
pub(crate) struct Lookup {
    symbols: [AtomicU8; POINTS],
    filled: AtomicBool,
}

#[cfg(feature = "std")]
impl Lookup {
    #[inline(always)]
    fn first(&self, entry: u32) -> u8 {
        self.symbols[entry as usize].load(Relaxed)
    }

    /// The lookup table for the fixed table `i`.
    pub(crate) fn of(i: usize) -> Option<&'static Lookup> {
        static ALL: [Lookup; TABLES] =
            [const { Lookup { symbols: [const { AtomicU8::new(0) }; POINTS], filled: AtomicBool::new(false) } };
                TABLES];
        let lookup = ALL.get(i)?;
        if !lookup.filled.load(Acquire) {
            lookup.fill(i);
        }
        Some(lookup)
    }

    #[cold]
    fn fill(&self, i: usize) {
        for (symbol, e) in (0..).zip(FIXED[i]) {
            let first = (e & 0xffff) as usize;
            for to in &self.symbols[first..first + freq(e) as usize] {
                to.store(symbol, Relaxed);
            }
        }
        self.filled.store(true, Release);
    }
}

/// 256 log2(v) rounded down, for v >= 1, by squaring.
const fn log2_by_squaring(v: u64) -> u32 {
    let lg = 63 - v.leading_zeros();
    let mut m = (v as u128) << (63 - lg);
    let mut bits = 0;
    let mut i = 0;
    while i < 8 {
        m = (m * m) >> 63;
        bits <<= 1;
        if m >> 64 != 0 {
            m >>= 1;
            bits |= 1;
        }
        i += 1;
    }
    lg * 256 + bits
}

const fn log_fractions() -> [u8; 256] {
    let mut t = [0; 256];
    let mut i = 0;
    while i < 256 {
        t[i] = (log2_by_squaring(512 + 2 * i as u64 + 1) - 9 * 256) as u8;
        i += 1;
    }
    t
}

static LOG_FRACTION: [u8; 256] = log_fractions();

/// Approximately 256 log2(v); 0 for v below 1.
#[inline]
pub(crate) fn log2_q8(v: u64) -> i32 {
    let lz = v.leading_zeros();
    if lz == 64 {
        return 0;
    }
    let mantissa = ((v << lz) >> 55) as u8;
    ((63 - lz) as i32) * 256 + i32::from(LOG_FRACTION[mantissa as usize])
}

const fn costs() -> [[u64; SYMBOLS]; LEVELS] {
    let mut out = [[0; SYMBOLS]; LEVELS];
    let mut i = 0;
    while i < TABLES {
        let escape = 12 * 256 - log2_by_squaring(freq(FIXED[i][63]) as u64) + 5 * 256;
        let mut j = 0;
        while j < SYMBOLS {
            let f = freq(FIXED[i][j]);
            let cost = if j == 63 {
                escape
            } else if f == 0 {
                escape + 256 * (32 - (j as u32).leading_zeros())
            } else {
                12 * 256 - log2_by_squaring(f as u64)
            };
            out[i % LEVELS][j] |= (cost as u64) << (16 * (i / LEVELS));
            j += 1;
        }
        i += 1;
    }
    out
}

/// Number of costs that add up without a carry from one shape to the next.
pub(crate) const COSTS_ADDED: usize = 8;

/// The cost of each symbol at each level, in 1/256 bit. Each shape has 16 bits, the first shape the lowest.
///
/// The cost of the escape does not include the bits of the value.
pub(crate) static COSTS: [[u64; SYMBOLS]; LEVELS] = costs();

/// The cost of a shape in an entry of [`COSTS`] or in a sum of [`COSTS_ADDED`] entries.
#[inline]
pub(crate) const fn cost_in(shape: usize, costs: u64) -> u64 {
    costs >> (16 * shape) & 0xffff
}

const fn entropies() -> [i32; LEVELS] {
    let mut out = [0; LEVELS];
    let costs = costs();
    let mut level = 0;
    while level < LEVELS {
        let i = 2 * LEVELS + level;
        let mut sum = 0u64;
        let mut j = 0;
        while j < SYMBOLS {
            sum += freq(FIXED[i][j]) as u64 * cost_in(2, costs[level][j]);
            j += 1;
        }
        out[level] = (sum >> PROB_BITS) as i32;
        level += 1;
    }
    out[19] = out[18] + 128;
    out[20] = out[18] + 256;
    out
}

/// Bits per sample, times 256, of a Laplace distribution at each level.
static ENTROPY: [i32; LEVELS] = entropies();

/// Estimated cost in 1/256 bit of `n` residuals whose magnitudes add up to `sum`.
#[inline]
pub(crate) fn estimate(sum: u64, n: u32) -> u64 {
    if sum == 0 {
        return u64::from(n >> 3);
    }
    let at = ((log2_q8(sum) - log2_q8(u64::from(n)) + 7 * 256) * 2).max(0);
    let level = (at >> 8) as usize;
    let part = at & 255;
    let per = match (ENTROPY.get(level), ENTROPY.get(level + 1)) {
        (Some(a), Some(b)) => a + (((b - a) * part) >> 8),
        _ => ENTROPY[LEVELS - 1] + (at >> 1) - ((LEVELS as i32 - 1) << 7),
    };
    per.max(1) as u64 * u64::from(n)
}

/// The scale level of a mean magnitude `sum / 2^shift`: round(2 log2(mean)) + 14, within 0 to [`MAX_LEVEL`].
#[inline]
pub(crate) fn level_of(sum: u64, shift: u32) -> u32 {
    if sum == 0 {
        return 0;
    }
    let lg = 63 - sum.leading_zeros();
    // 2^0.25 and 2^0.75 in units of 2^-16.
    let mantissa = ((sum << (63 - lg)) >> 47) as u32;
    let half = u32::from(mantissa >= 77936) + u32::from(mantissa >= 110218);
    (2 * lg + half + 14).sat_sub(2 * shift).min(MAX_LEVEL)
}

/// The table within a shape and the number of raw low bits of a scale level.
#[inline]
pub(crate) fn table_of(level: u32) -> (usize, u32) {
    if level < 19 { (level as usize, 0) } else { (19 + ((level - 19) & 1) as usize, (level - 17) >> 1) }
}

#[cfg(feature = "std")]
const fn reciprocals() -> [u64; PROB_ONE as usize] {
    let mut t = [0; PROB_ONE as usize];
    let mut f = 1;
    while f < t.len() {
        t[f] = (1u64 << 44).div_ceil(f as u64);
        f += 1;
    }
    t
}

/// 2^44 / f rounded up, which replaces the division by a frequency with a product and a shift.
#[cfg(feature = "std")]
pub(crate) static RECIPROCALS: [u64; PROB_ONE as usize] = reciprocals();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crc::Crc32c;

    #[test]
    fn frequencies_add_up_and_never_rise() {
        for t in &FIXED {
            let mut before = 0;
            for e in t {
                assert_eq!(e & 0xffff, before);
                before += freq(*e);
            }
            assert_eq!(before, PROB_ONE);
            assert!(freq(t[63]) >= 1 && freq(t[0]) >= 100);
        }
    }

    #[test]
    fn the_tables_are_those_of_the_format() {
        let mut crc = Crc32c::new();
        for t in &FIXED {
            for e in t {
                crc = crc.update(&(freq(*e) as u16).to_be_bytes());
            }
        }
        assert_eq!(crc.value(), 0x8DF8_0B86, "{:08x}", crc.value());
    }

    #[test]
    fn costs_of_shapes_do_not_overlap() {
        let max = COSTS.iter().flatten().flat_map(|c| (0..SHAPES).map(|s| cost_in(s, *c))).max().unwrap();
        assert!(max * COSTS_ADDED as u64 <= 0xffff, "{max}");
        assert_eq!(SHAPES, 4);
    }

    #[test]
    fn levels_follow_the_mean() {
        for level in 4..=MAX_LEVEL {
            let mean = 2f64.powf(f64::from(level) / 2.0 - 7.0);
            let sum = (mean * 1024.0 * 1024.0) as u64;
            assert_eq!(level_of(sum, 20), level);
            let (table, shift) = table_of(level);
            let m = if level < 19 { mean } else { mean / 2f64.powi(shift as i32 - 1) };
            let sym: f64 = FIXED[2 * LEVELS + table]
                .iter()
                .enumerate()
                .take(63)
                .map(|(j, e)| {
                    f64::from(freq(*e)) / 4096.0 * if level < 19 { j.div_ceil(2) as f64 } else { j as f64 + 0.5 }
                })
                .sum();
            assert!((sym / m - 1.0).abs() < 0.12, "level {level}: {sym} for {m}");
        }
    }

    #[test]
    fn logarithms_are_close() {
        for v in (1..100_000u64).chain([u64::MAX, 1 << 40]) {
            let exact = (v as f64).log2() * 256.0;
            assert!((f64::from(log2_q8(v)) - exact).abs() <= 2.0, "{v}");
        }
        for v in [1u64, 2, 4, 1 << 63] {
            assert_eq!(log2_q8(v), 256 * v.ilog2() as i32);
        }
    }
}
