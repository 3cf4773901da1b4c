//! A source that reads a file of raw samples, on hosts.

use crate::ffi::elements::{SQS_BIG_ENDIAN, SQS_LITTLE_ENDIAN};
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, Out};
use crate::io::SourceBox;
use crate::io::file::FileSource;
use crate::io::replace::PATH_LEN;
use crate::pipeline::Pipeline;
use crate::status::{Error, Result, Status};
use core::ffi::c_char;

/// Makes an input read a file of raw samples, interleaved by channel. Hosts only, before seal.
///
/// Opens the file, which stays open until delete. Its present length determines the number of samples; an incomplete
/// sample at the end is ignored.
///
/// @param[in]  pipeline    handle
/// @param[in]  input       number of the input
/// @param[in]  path        UTF-8, at most 4095 bytes
/// @param[in]  byte_order  #SQS_LITTLE_ENDIAN or #SQS_BIG_ENDIAN
/// @param[in]  offset      position of the first sample in the file, in bytes
/// @param[out] samples     number of samples; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_IO         the file cannot be opened; errno is in the detail
/// @retval SQS_ERR_NAME       path is too long or not UTF-8
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, path is NULL, or the input or the byte order does not exist
/// @retval SQS_ERR_ALIGN      samples is misaligned
/// @retval SQS_ERR_STATE      the pipeline is sealed
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
/// @see sqs_source_set_recovered()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_source_set_file(
    pipeline: *mut sqs_pipeline,
    input: u32,
    path: *const c_char,
    byte_order: u32,
    offset: u64,
    samples: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::value("samples", samples)], &[])?;
        // SAFETY: the caller gives a C string.
        let path = unsafe { structs::name_apart(call, "path", path, PATH_LEN)? };
        let samples = Out::or_null("samples", samples)?;
        let (source, count) = open(core, input, path, byte_order, offset)?;
        core.set_source(input as usize, SourceBox::new(source), count, false)?;
        samples.set(count);
        Ok(Status::Ok)
    })
}

/// Opens a file of samples for an input; also returns their number.
pub(in crate::ffi) fn open(
    core: &Pipeline<'_>,
    input: u32,
    path: &str,
    byte_order: u32,
    offset: u64,
) -> Result<(FileSource, u64)> {
    let found = core.graph().inputs().get(input as usize);
    let shape = found.ok_or_else(|| core.graph().unknown_input(input as usize))?;
    let foreign = match byte_order {
        SQS_LITTLE_ENDIAN => cfg!(target_endian = "big"),
        SQS_BIG_ENDIAN => cfg!(target_endian = "little"),
        other => {
            let text = "byte_order is {a}, but must be SQS_LITTLE_ENDIAN or SQS_BIG_ENDIAN";
            return Err(Error::new(Status::Argument, text).a(other));
        }
    };
    let swap = if foreign { shape.dtype.word() } else { 1 };
    FileSource::open(path.as_ref(), offset, swap, shape.sample_bytes()).map_err(|e| {
        Error::new(Status::Io, "path: the file cannot be opened: errno {a}").a(e.raw_os_error().unwrap_or(0))
    })
}
