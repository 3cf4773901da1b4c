//! A source that reads a decoded file of which ranges are missing, on hosts.

use super::decode_options::sqs_range;
use crate::checked;
use crate::digest::Digest;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::pipeline::source_file::open;
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, Out};
use crate::io::file::FileSource;
use crate::io::replace::PATH_LEN;
use crate::io::{Source, SourceBox};
use crate::kernel::Code;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::c_char;

/// A file of which ranges of bytes are missing.
struct RecoveredFile {
    file: FileSource,
    /// In ascending order, and apart.
    missing: &'static [sqs_range],
    /// Position of the first sample, and bytes of a sample.
    offset: u64,
    sample: u64,
}

impl Source for RecoveredFile {
    fn digest(&self, sum: &mut Digest) {
        self.file.digest(sum);
        sum.sizes([self.missing.as_ptr().addr(), self.missing.len()]);
        sum.words([self.offset, self.sample]);
    }

    fn read(&mut self, first: u64, out: &mut [u8], sample_bytes: usize) -> Result<usize, Code> {
        self.file.read(first, out, sample_bytes)
    }

    fn gap(&mut self, from: u64) -> Result<Option<(u64, u64)>, Code> {
        // A sample is missing with any of its bytes.
        let end = |range: &sqs_range| checked::div_ceil(range.end.sat_sub(self.offset), self.sample);
        let at = self.missing.partition_point(|range| end(range) <= from);
        let first = |range: &sqs_range| range.first.sat_sub(self.offset).checked_div(self.sample).unwrap_or(0);
        Ok(self.missing.get(at).map(|range| (first(range), end(range))))
    }
}

/// Makes an input read a file of raw samples of which ranges are missing: the output of sqs_decode_file() with
/// #SQS_DECODE_RECOVER. Hosts only, before seal.
///
/// A sample of which any byte is missing is missing: see sqs_push_gap(). Otherwise as sqs_source_set_file().
///
/// @param[in]  pipeline    handle
/// @param[in]  input       number of the input
/// @param[in]  path        UTF-8, at most 4095 bytes
/// @param[in]  byte_order  #SQS_LITTLE_ENDIAN or #SQS_BIG_ENDIAN
/// @param[in]  offset      position of the first sample in the file, in bytes
/// @param[in]  missing     ranges of bytes of the file, in ascending order and apart, such as sqs_decode_options.missing
///                         returned. Not copied; must outlive the pipeline and not change
/// @param[in]  count       number of ranges
/// @param[out] samples     number of samples, missing ones included; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, path is NULL, missing is NULL with a count above 0, the input or the
///                            byte order does not exist, or ranges are empty, not in order or overlap
/// @retval SQS_ERR_OVERFLOW   the ranges do not fit the address space
/// @retval SQS_ERR_OVERLAP    samples overlaps another argument or memory of the pipeline
/// @return the statuses of sqs_source_set_file()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_source_set_recovered(
    pipeline: *mut sqs_pipeline,
    input: u32,
    path: *const c_char,
    byte_order: u32,
    offset: u64,
    missing: *const sqs_range,
    count: usize,
    samples: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        let bytes = checked::mul(count, size_of::<sqs_range>())?;
        call.claim(&[Region::value("samples", samples)], &[Region::bytes("missing", missing, bytes)])?;
        // SAFETY: the caller gives a C string.
        let path = unsafe { structs::name_apart(call, "path", path, PATH_LEN)? };
        let samples = Out::or_null("samples", samples)?;
        // SAFETY: the caller gives `count` ranges that outlive the pipeline.
        let missing: &'static [sqs_range] = unsafe { structs::array("missing", missing, count)? };
        let mut end = 0;
        for (i, range) in missing.iter().enumerate() {
            if range.first >= range.end || range.first < end {
                let text =
                    "missing: range {a} is empty or begins before byte {b}, where the one before ends: sort them";
                return Err(Error::new(Status::Argument, text).a(checked::count(i)).b(end));
            }
            end = range.end;
        }
        let (file, found) = open(core, input, path, byte_order, offset)?;
        let sample = core.graph().inputs().get(input as usize).map_or(1, |i| checked::count(i.sample_bytes()));
        let source = RecoveredFile { file, missing, offset, sample };
        core.set_source(input as usize, SourceBox::new(source), found, false)?;
        samples.set(found);
        Ok(Status::Ok)
    })
}
