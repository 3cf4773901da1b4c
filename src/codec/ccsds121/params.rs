//! The parameters of a stream, and the numbers derived from them.

use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;

/// Maximum number of samples of a block, which [`Params::not_enforce`] allows.
pub const MAX_BLOCK: usize = 256;

/// Bytes of [`Params::to_bytes`].
pub const PARAMS_BYTES: usize = 6;

/// Parameters that encoder and decoder must agree on. The stream does not contain them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// Bits of a sample, 1 to 32.
    pub bits: u8,
    /// Samples per block: 8, 16, 32 or 64; with `not_enforce` any even number up to [`MAX_BLOCK`].
    pub block: u16,
    /// Blocks per reference interval (from one reference sample to the next), 1 to 4096.
    pub rsi: u16,
    /// Samples are two's complement, sign-extended in their containers. Without `preprocess` this is ignored: the
    /// samples are coded as unsigned numbers.
    pub signed: bool,
    /// Code the differences of consecutive samples. Otherwise the samples themselves are coded.
    pub preprocess: bool,
    /// Use the restricted set of code options, for samples of at most 4 bits.
    pub restricted: bool,
    /// Containers are big-endian. This affects memory only, not the stream.
    pub msb: bool,
    /// Samples of 17 to 24 bits have containers of 3 bytes instead of 4.
    pub data_3byte: bool,
    /// Pad to a whole byte after each reference interval. Not part of the standard, but used by some published streams.
    pub pad_rsi: bool,
    /// Allow any even block length.
    pub not_enforce: bool,
}

impl Default for Params {
    /// 16 bits unsigned, blocks of 16, 128 blocks to a reference interval, with preprocessing.
    fn default() -> Self {
        Params {
            bits: 16,
            block: 16,
            rsi: 128,
            signed: false,
            preprocess: true,
            restricted: false,
            msb: false,
            data_3byte: false,
            pad_rsi: false,
            not_enforce: false,
        }
    }
}

impl Params {
    /// Bytes of a container: 1 for samples of up to 8 bits, 2 for up to 16, else 4; 3 for 17 to 24 bits with
    /// `data_3byte`.
    #[must_use]
    pub const fn sample_bytes(&self) -> usize {
        match self.bits {
            0..=8 => 1,
            9..=16 => 2,
            17..=24 if self.data_3byte => 3,
            _ => 4,
        }
    }

    /// Parameters from the flags of libaec: 1 signed, 2 `data_3byte`, 4 `msb`, 8 `preprocess`, 16 `restricted`,
    /// 32 `pad_rsi`, 64 `not_enforce`. [`Status::Argument`] for other flags and for parameters out of range.
    pub fn from_flags(bits: u8, block: u16, rsi: u16, flags: u32) -> Result<Self> {
        if flags > 127 {
            return Err(Error::new(
                Status::Argument,
                "the CCSDS 121 flags {a} are unknown: use a sum of SQS_CCSDS121_*, up to 127",
            )
            .a(flags));
        }
        let on = |flag: u32| flags & flag != 0;
        let params = Params {
            bits,
            block,
            rsi,
            signed: on(1),
            data_3byte: on(2),
            msb: on(4),
            preprocess: on(8),
            restricted: on(16),
            pad_rsi: on(32),
            not_enforce: on(64),
        };
        params.check()?;
        Ok(params)
    }

    /// The parameters as a frame stores them: bits, flags, block and interval, big-endian.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; PARAMS_BYTES] {
        let flags =
            [self.signed, self.preprocess, self.restricted, self.msb, self.data_3byte, self.pad_rsi, self.not_enforce];
        let flags = flags.iter().rev().fold(0, |all, on| all << 1 | u8::from(*on));
        let ([b0, b1], [r0, r1]) = (self.block.to_be_bytes(), self.rsi.to_be_bytes());
        [self.bits, flags, b0, b1, r0, r1]
    }

    /// Parameters from the bytes of [`Params::to_bytes`]. [`Status::Format`] for unknown flags, [`Status::Argument`]
    /// for parameters out of range.
    pub fn from_bytes(bytes: [u8; PARAMS_BYTES]) -> Result<Self> {
        let [bits, flags, b0, b1, r0, r1] = bytes;
        let on = |bit: u8| flags >> bit & 1 == 1;
        if on(7) {
            return Err(Error::new(
                Status::Format,
                "the CCSDS 121 flags {a} are unknown: use a sum of SQS_CCSDS121_*, up to 127",
            )
            .a(flags));
        }
        let params = Params {
            bits,
            block: u16::from_be_bytes([b0, b1]),
            rsi: u16::from_be_bytes([r0, r1]),
            signed: on(0),
            preprocess: on(1),
            restricted: on(2),
            msb: on(3),
            data_3byte: on(4),
            pad_rsi: on(5),
            not_enforce: on(6),
        };
        params.check()?;
        Ok(params)
    }

    /// [`Status::Argument`] for parameters out of range.
    pub fn check(&self) -> Result<()> {
        Layout::new(self).map(|_| ())
    }
}

/// Numbers derived from valid parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// Bits of a sample (n), 1 to 32.
    pub bits: u32,
    /// Samples per block (J), 2 to `MAX_BLOCK`.
    pub block: usize,
    /// Blocks of a reference interval.
    pub rsi: u32,
    /// The largest n-bit number.
    pub max: u32,
    /// Added to a sample so that its smallest value becomes 0: a signed stream is a shifted unsigned one.
    pub offset: u32,
    /// Bits of an option identifier.
    pub id_len: u32,
    /// The largest k with an identifier; none in the smallest restricted set.
    pub k_max: Option<u32>,
    /// Bytes of a container, 1 to 4.
    pub sample_bytes: usize,
    /// Containers are big-endian.
    pub msb: bool,
    /// Containers are sign-extended.
    pub signed: bool,
    /// Containers may be sign-extended, but samples are coded as unsigned numbers: their bits above n are dropped.
    pub cut: bool,
    pub preprocess: bool,
    pub pad_rsi: bool,
}

impl Layout {
    pub(super) fn new(p: &Params) -> Result<Self> {
        let bad = |text, n: u32| Err(Error::new(Status::Argument, text).a(n));
        let bits = u32::from(p.bits);
        if !(1..=32).contains(&bits) {
            return bad("samples of CCSDS 121 have {a} bits: use 1 to 32", bits);
        }
        let block = usize::from(p.block);
        if p.not_enforce {
            if block == 0 || block > MAX_BLOCK || block % 2 == 1 {
                return bad(
                    "blocks of CCSDS 121 have {a} samples: with SQS_CCSDS121_NOT_ENFORCE use an even number, 2 to 256",
                    p.block.into(),
                );
            }
        } else if !matches!(block, 8 | 16 | 32 | 64) {
            return bad("blocks of CCSDS 121 have {a} samples: use 8, 16, 32 or 64", p.block.into());
        }
        let rsi = u32::from(p.rsi);
        if !(1..=4096).contains(&rsi) {
            return bad("reference intervals of CCSDS 121 have {a} blocks: use 1 to 4096", rsi);
        }
        let id_len = match (p.restricted, bits) {
            (true, 1..=2) => 1,
            (true, 3..=4) => 2,
            (true, _) => return bad("the flag SQS_CCSDS121_RESTRICTED is for up to 4 bits, not {a}: clear it", bits),
            (false, 1..=8) => 3,
            (false, 9..=16) => 4,
            (false, _) => 5,
        };
        let signed = p.signed && p.preprocess;
        Ok(Layout {
            bits,
            block,
            rsi,
            max: u32::MAX >> 32u32.sat_sub(bits),
            offset: if signed { 1 << bits.sat_sub(1) } else { 0 },
            id_len,
            k_max: (1u32 << id_len).checked_sub(3),
            sample_bytes: p.sample_bytes(),
            msb: p.msb,
            signed,
            cut: p.signed && !p.preprocess,
            preprocess: p.preprocess,
            pad_rsi: p.pad_rsi,
        })
    }

    /// Bytes of the containers of a block.
    pub(super) fn block_bytes(&self) -> usize {
        self.block.sat_mul(self.sample_bytes)
    }
}

/// Maximum number of coded bytes of `samples` samples.
///
/// In the worst case every block is its identifier and its raw samples, with padding where `pad_rsi` is set.
pub fn worst_case_bytes(params: &Params, samples: usize) -> Result<usize> {
    let l = Layout::new(params)?;
    let (n, id) = (u128::from(l.bits), u128::from(l.id_len));
    let blocks = (samples as u128).div_ceil(l.block.max(1) as u128);
    // A single zero block has the identifier, one bit, a reference if any, and a one: more than two
    // raw 1-bit samples.
    let raw = id.saturating_add(n.saturating_mul(l.block as u128));
    let zero = id.saturating_add(n).saturating_add(2);
    let pad = if l.pad_rsi { blocks.div_ceil(u128::from(l.rsi.max(1))).saturating_mul(7) } else { 0 };
    let bits = blocks.saturating_mul(raw.max(zero)).saturating_add(pad);
    usize::try_from(bits.div_ceil(8))
        .map_err(|_| Error::new(Status::Overflow, "{a} coded samples do not fit the address space").a(samples as u64))
}
