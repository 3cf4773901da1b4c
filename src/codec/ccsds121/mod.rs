//! CCSDS 121.0-B-3, "Lossless Data Compression": the raw bitstream, which existing ground systems decode.
//!
//! [`encode`] and [`decode`] code a whole buffer with about 3 KiB of stack. [`Encoder`] and [`Decoder`] code a stream
//! in pieces of any length; each is a few KiB. Nothing here allocates.
//!
//! The stream contains none of its parameters: the caller stores [`Params`] and the number of samples. Each sample is
//! predicted by the one before it, and the residuals are mapped to unsigned integers. A block of J residuals is coded
//! with the shortest of four options: Golomb-Rice with k low bits split off, pairs (second extension), runs of zero
//! blocks, or raw. Among equally short options the choice is that of libaec, so the bytes are those of libaec as well.
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
mod step;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use params::{MAX_BLOCK, PARAMS_BYTES, Params, worst_case_bytes};
pub use step::StepResult;

use crate::status::{Error, Result, Status};

/// Encodes all samples of `input` into `out`. Returns the number of bytes written.
///
/// `input` holds whole samples in containers of [`Params::sample_bytes`]. `out` needs at most [`worst_case_bytes`].
/// Errors:
/// [`Status::Argument`] for parameters out of range or an incomplete sample, [`Status::Range`] for a sample that does
/// not fit `bits`, [`Status::Space`] when `out` is too short.
pub fn encode(params: &Params, input: &[u8], out: &mut [u8]) -> Result<usize> {
    let step = Encoder::new(params)?.step(input, out, true)?;
    if step.done {
        Ok(step.produced)
    } else {
        Err(Error::new(Status::Space, "coded samples need more than {a} bytes").a(out.len() as u64))
    }
}

/// Decodes `samples` samples from `input` into `out`. Returns the number of input bytes used.
///
/// Input after the last sample is not read. Errors: [`Status::Argument`] for parameters out of range, [`Status::Space`]
/// when `out` is shorter than the samples, [`Status::Damaged`] when `input` ends early or is not the output of an
/// encoder. After an error the content of `out` is undefined.
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
