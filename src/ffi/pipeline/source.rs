//! Sources: inputs whose samples can be read at any position.

use super::callbacks::outcome;
use crate::digest::Digest;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, versioned};
use crate::io::{Source, SourceBox};
use crate::kernel::Code;
use crate::status::{Error, Result, Status};
use core::ffi::c_void;

/// The source may get more samples; see sqs_source_extend().
pub const SQS_SOURCE_GROWING: u32 = 1;

/// Reads up to count samples from sample first into samples; sets *read_samples to the number read, at least 1.
///
/// The same position must give the same samples on every call. Returns 0, or a code of its own, which the error detail
/// shows.
pub type sqs_source_read_fn = Option<
    unsafe extern "C" fn(
        ctx: *mut c_void,
        first: u64,
        samples: *mut c_void,
        count: usize,
        read_samples: *mut usize,
    ) -> i32,
>;

/// Returns the first gap that ends after sample from: its first missing sample and, exclusive, its end. Without one
/// sets both to UINT64_MAX.
///
/// The same position must give the same gap on every call, also of samples that a growing source will have. Returns 0,
/// or a code of its own, which the error detail shows.
pub type sqs_source_gap_fn =
    Option<unsafe extern "C" fn(ctx: *mut c_void, from: u64, first: *mut u64, end: *mut u64) -> i32>;

/// Samples that can be read at any position, any number of times: a recorder file, a memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_source {
    /// sizeof(sqs_source).
    pub struct_size: u32,
    /// 0 or #SQS_SOURCE_GROWING.
    pub flags: u32,
    /// Reads samples. Required.
    pub read: sqs_source_read_fn,
    /// First argument of read and gap. Not copied; must outlive the pipeline.
    pub ctx: *mut c_void,
    /// Number of samples.
    pub samples: u64,
    /// Reports missing samples, which read is then not called for. Default: NULL, none is missing.
    pub gap: sqs_source_gap_fn,
}
versioned!(sqs_source, samples: u64);

/// A source of the caller.
struct CSource {
    read: unsafe extern "C" fn(*mut c_void, u64, *mut c_void, usize, *mut usize) -> i32,
    gap: sqs_source_gap_fn,
    ctx: *mut c_void,
}

impl CSource {
    fn new(desc: &sqs_source) -> Option<Self> {
        Some(CSource { read: desc.read?, gap: desc.gap, ctx: desc.ctx })
    }
}

impl Source for CSource {
    fn digest(&self, sum: &mut Digest) {
        sum.sizes([self.read as usize, self.gap.map_or(0, |gap| gap as usize), self.ctx.addr()]);
    }

    fn read(&mut self, first: u64, out: &mut [u8], sample_bytes: usize) -> Result<usize, Code> {
        let n = out.len().checked_div(sample_bytes).ok_or(Code::MISFIT)?;
        let mut got = 0usize;
        // SAFETY: the caller's function with its context; `out` has room for n samples.
        outcome(unsafe { (self.read)(self.ctx, first, out.as_mut_ptr().cast(), n, &raw mut got) })?;
        Ok(got)
    }

    fn gap(&mut self, from: u64) -> Result<Option<(u64, u64)>, Code> {
        let Some(gap) = self.gap else { return Ok(None) };
        let (mut first, mut end) = (u64::MAX, u64::MAX);
        // SAFETY: the caller's function with its context.
        outcome(unsafe { gap(self.ctx, from, &raw mut first, &raw mut end) })?;
        Ok((first != u64::MAX).then_some((first, end)))
    }
}

/// Makes an input read a source instead of pushed samples. Before seal: the plan depends on it, and a reset keeps it.
///
/// @param[in] pipeline  handle
/// @param[in] input     number of the input
/// @param[in] source    the source; copied, except what ctx points to
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, source or source->read is NULL, or the input does not exist
/// @retval SQS_ERR_ALIGN        source is misaligned
/// @retval SQS_ERR_STATE        the pipeline is sealed
/// @retval SQS_ERR_STRUCT_SIZE  source->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
/// @retval SQS_ERR_REENTRANT    called from a callback of this handle
/// @retval SQS_ERR_POISONED     the handle is poisoned
/// @see sqs_source_set_file()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_source_set(
    pipeline: *mut sqs_pipeline,
    input: u32,
    source: *const sqs_source,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[], &[Region::structure("source", source)])?;
        let s = structs::read(source)?;
        structs::known("sqs_source.flags", s.flags, SQS_SOURCE_GROWING)?;
        let read = CSource::new(&s).ok_or_else(|| Error::new(Status::Argument, "sqs_source: read is NULL"))?;
        let growing = s.flags & SQS_SOURCE_GROWING != 0;
        core.set_source(input as usize, SourceBox::new(read), s.samples, growing)?;
        Ok(Status::Ok)
    })
}

/// Sets the new length of a growing source. Reads no samples and does not allocate.
///
/// A source that was declared final, here or in sqs_source_set(), cannot grow again, also after sqs_pipeline_reset(),
/// which keeps its length: the rows at its end may have been computed.
///
/// @param[in] pipeline  handle
/// @param[in] input     number of the input
/// @param[in] samples   number of samples now available
/// @param[in] flags     #SQS_SOURCE_GROWING while the source may grow further; 0: samples is its final length
/// @retval SQS_OK
/// @retval SQS_ERR_RANGE      fewer samples than before, or more of a source that does not grow
/// @retval SQS_ERR_STATE      the input is pushed
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, the input does not exist, or unknown flags
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_source_extend(
    pipeline: *mut sqs_pipeline,
    input: u32,
    samples: u64,
    flags: u32,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, _| {
        if flags & !SQS_SOURCE_GROWING != 0 {
            let text = "flags is {a}, but must be 0 or SQS_SOURCE_GROWING ({b})";
            return Err(Error::new(Status::Argument, text).a(flags).b(SQS_SOURCE_GROWING));
        }
        core.extend_source(input as usize, samples, flags & SQS_SOURCE_GROWING != 0)?;
        Ok(Status::Ok)
    })
}
