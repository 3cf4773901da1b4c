//! CCSDS 121.0-B-3, "Lossless Data Compression": the raw bitstream, as ground systems already decode it.
//!
//! The stream carries none of its parameters: whoever stores it keeps [`Params`] and the sample count beside it.
//! A block of J samples is predicted from the sample before each, the residuals mapped to unsigned integers, and the
//! block coded with the shortest of: Golomb-Rice with k low bits split off, pairs (second extension), runs of zero
//! blocks, or raw. Where several are equally short the choice is libaec's, so the bytes are libaec's too.
//!
//! Nothing here allocates. [`encode`] and [`decode`] go from memory to memory with about 3 KiB of stack;
//! [`Encoder`] and [`Decoder`] do the same in pieces cut anywhere and are a few KiB each.
//!
//! ```
//! use sqrtspace::codec::ccsds121::{Params, decode, encode, worst_case_bytes};
//! let params = Params { bits: 16, block: 16, rsi: 128, signed: true, ..Params::default() };
//! let samples: Vec<u8> = (0..1000i16).flat_map(|i| (i / 3).to_le_bytes()).collect();
//! let mut coded = vec![0; worst_case_bytes(&params, 1000)?];
//! let len = encode(&params, &samples, &mut coded)?;
//! let mut back = vec![0; samples.len()];
//! assert_eq!(decode(&params, &coded[..len], 1000, &mut back)?, len);
//! assert_eq!(back, samples);
//! # Ok::<(), sqrtspace::status::Error>(())
//! ```

mod bits;
mod block_decode;
mod block_encode;
mod decoder;
mod encoder;
mod params;
mod sample;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use params::{MAX_BLOCK, PARAMS_BYTES, Params, worst_case_bytes};

use crate::status::{Error, Result, Status};

/// How far one step of an [`Encoder`] or [`Decoder`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepResult {
    /// Bytes taken from the input.
    pub consumed: usize,
    /// Bytes put into the output.
    pub produced: usize,
    /// True when everything is out: further steps do nothing.
    pub done: bool,
}

/// Codes all samples of `input` into `out`; the number of bytes written.
///
/// `input` holds whole samples in the containers that [`Params::sample_bytes`] tells. `out` needs at most
/// [`worst_case_bytes`]. Errors: [`Status::Argument`] for parameters out of range or a part of a sample,
/// [`Status::Range`] for a sample that does not fit `bits`, [`Status::Space`] when `out` is too short.
pub fn encode(params: &Params, input: &[u8], out: &mut [u8]) -> Result<usize> {
    let step = Encoder::new(params)?.step(input, out, true)?;
    if step.done {
        Ok(step.produced)
    } else {
        Err(Error::new(Status::Space, "coded samples need more than {a} bytes").a(out.len() as u64))
    }
}

/// Decodes `samples` samples from `input` into `out`; the number of input bytes they took.
///
/// Input beyond the last sample is left alone. Errors: [`Status::Argument`] for parameters out of range,
/// [`Status::Space`] when `out` is shorter than the samples, [`Status::Damaged`] when `input` ends early or holds what
/// no encoder makes; what stands in `out` then means nothing.
pub fn decode(params: &Params, input: &[u8], samples: u64, out: &mut [u8]) -> Result<usize> {
    let mut decoder = Decoder::new(params, samples)?;
    let need = samples.checked_mul(params.sample_bytes() as u64);
    let Some(out) = need.and_then(|n| usize::try_from(n).ok()).and_then(|n| out.get_mut(..n)) else {
        return Err(Error::new(Status::Space, "{a} samples do not fit the output").a(samples));
    };
    let step = decoder.step(input, out)?;
    if step.done {
        Ok(step.consumed)
    } else {
        Err(Error::new(Status::Damaged, "coded samples end early, after {a} bytes").a(input.len() as u64))
    }
}
