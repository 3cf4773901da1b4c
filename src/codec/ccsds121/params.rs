//! The parameters of a stream, and what follows from them.

use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;

/// The largest block that [`Params::not_enforce`] allows.
pub const MAX_BLOCK: usize = 256;

/// Bytes of [`Params::to_bytes`].
pub const PARAMS_BYTES: usize = 6;

/// What coder and decoder must agree on; nothing of it is in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// Bits of a sample, 1 to 32.
    pub bits: u8,
    /// Samples of a block: 8, 16, 32 or 64; with `not_enforce` any even number up to [`MAX_BLOCK`].
    pub block: u16,
    /// Blocks from one reference sample to the next, 1 to 4096.
    pub rsi: u16,
    /// Samples are two's complement, sign-extended in their containers. Without `preprocess` the coder sees unsigned
    /// numbers, whatever this says.
    pub signed: bool,
    /// Code differences to the sample before. Without it the samples themselves are coded.
    pub preprocess: bool,
    /// The smaller set of code options, for at most 4 bits.
    pub restricted: bool,
    /// Containers are big-endian. This is about memory; the stream is the same.
    pub msb: bool,
    /// Samples of 17 to 24 bits lie in 3 bytes instead of 4.
    pub data_3byte: bool,
    /// Pad to a whole byte after each reference interval. Not in the standard; some published streams have it.
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
    /// Bytes of a sample's container: 1 for up to 8 bits, 2 for up to 16, else 4, or 3 with `data_3byte`.
    #[must_use]
    pub const fn sample_bytes(&self) -> usize {
        match self.bits {
            0..=8 => 1,
            9..=16 => 2,
            17..=24 if self.data_3byte => 3,
            _ => 4,
        }
    }

    /// Parameters by the flags of libaec, which users of the standard know: 1 signed, 2 `data_3byte`, 4 `msb`,
    /// 8 `preprocess`, 16 `restricted`, 32 `pad_rsi`, 64 `not_enforce`. [`Status::Argument`] for others, and for parameters
    /// out of range.
    pub fn from_flags(bits: u8, block: u16, rsi: u16, flags: u32) -> Result<Self> {
        if flags > 127 {
            return Err(Error::new(Status::Argument, "unknown flags of CCSDS 121 parameters: {a}").a(flags));
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

    /// The parameters as a container keeps them: bits, flags, block and interval, big-endian.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; PARAMS_BYTES] {
        let flags =
            [self.signed, self.preprocess, self.restricted, self.msb, self.data_3byte, self.pad_rsi, self.not_enforce];
        let flags = flags.iter().rev().fold(0, |all, on| all << 1 | u8::from(*on));
        let ([b0, b1], [r0, r1]) = (self.block.to_be_bytes(), self.rsi.to_be_bytes());
        [self.bits, flags, b0, b1, r0, r1]
    }

    /// What [`Params::to_bytes`] made. [`Status::Format`] for flags that are not known, [`Status::Argument`] for
    /// parameters out of range.
    pub fn from_bytes(bytes: [u8; PARAMS_BYTES]) -> Result<Self> {
        let [bits, flags, b0, b1, r0, r1] = bytes;
        let on = |bit: u8| flags >> bit & 1 == 1;
        if on(7) {
            return Err(Error::new(Status::Format, "unknown flags of CCSDS 121 parameters: {a}").a(flags));
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

    /// Says what is wrong with the parameters, if anything.
    pub fn check(&self) -> Result<()> {
        Layout::new(self).map(|_| ())
    }
}

/// Numbers that follow from valid parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// n, 1..=32.
    pub bits: u32,
    /// J, 2..=`MAX_BLOCK`.
    pub block: usize,
    /// Blocks of a reference interval.
    pub rsi: u32,
    /// The largest n-bit number.
    pub max: u32,
    /// Added to a sample so that its least value becomes 0: signed streams are unsigned ones shifted.
    pub offset: u32,
    /// Bits of an option identifier.
    pub id_len: u32,
    /// The largest k that has an identifier; none in the smallest restricted set.
    pub k_max: Option<u32>,
    /// Bytes of a container, 1..=4.
    pub sample_bytes: usize,
    /// Containers are big-endian.
    pub msb: bool,
    /// Containers are sign-extended.
    pub signed: bool,
    pub preprocess: bool,
    pub pad_rsi: bool,
}

impl Layout {
    pub(super) fn new(p: &Params) -> Result<Self> {
        let bad = |template| Err(Error::new(Status::Argument, template));
        let bits = u32::from(p.bits);
        if !(1..=32).contains(&bits) {
            return bad("bits of a sample are 1 to 32");
        }
        let block = usize::from(p.block);
        if p.not_enforce {
            if block == 0 || block > MAX_BLOCK || block % 2 == 1 {
                return bad("a block is an even number of samples, at most 256");
            }
        } else if !matches!(block, 8 | 16 | 32 | 64) {
            return bad("a block is 8, 16, 32 or 64 samples");
        }
        let rsi = u32::from(p.rsi);
        if !(1..=4096).contains(&rsi) {
            return bad("a reference interval is 1 to 4096 blocks");
        }
        let id_len = match (p.restricted, bits) {
            (true, 1..=2) => 1,
            (true, 3..=4) => 2,
            (true, _) => return bad("restricted options are for at most 4 bits"),
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
            preprocess: p.preprocess,
            pad_rsi: p.pad_rsi,
        })
    }

    /// Bytes of a whole block in its containers.
    pub(super) fn block_bytes(&self) -> usize {
        self.block.sat_mul(self.sample_bytes)
    }
}

/// The most bytes that `samples` samples can become.
///
/// Every block is at worst its identifier and its raw samples, with padding where `pad_rsi` asks for it.
pub fn worst_case_bytes(params: &Params, samples: usize) -> Result<usize> {
    let l = Layout::new(params)?;
    let (n, id) = (u128::from(l.bits), u128::from(l.id_len));
    let blocks = (samples as u128).div_ceil(l.block.max(1) as u128);
    // A lone zero block takes the identifier, one bit, perhaps a reference, and a one: more than two raw 1-bit samples.
    let raw = id.saturating_add(n.saturating_mul(l.block as u128));
    let zero = id.saturating_add(n).saturating_add(2);
    let pad = if l.pad_rsi { blocks.div_ceil(u128::from(l.rsi.max(1))).saturating_mul(7) } else { 0 };
    let bits = blocks.saturating_mul(raw.max(zero)).saturating_add(pad);
    usize::try_from(bits.div_ceil(8))
        .map_err(|_| Error::new(Status::Overflow, "{a} coded samples do not fit the address space").a(samples as u64))
}
