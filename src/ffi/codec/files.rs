//! Parts that calls on files and streams share: paths, statistics, and the completion of an output file.

use super::stats::{sqs_codec_stats, write_stats};
use crate::ffi::elements::SQS_ALL;
use crate::ffi::regions::Call;
use crate::ffi::structs;
use crate::io::replace::{PATH_LEN, Replacement};
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::c_char;
use std::time::Instant;

/// Completes an output file; the time counts as writing.
pub(super) fn keep(output: Replacement, len: u64, stats: &mut sqs_codec_stats) -> Result<()> {
    let start = Instant::now();
    let kept = output.keep(len);
    let ns = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    stats.write_ns = stats.write_ns.sat_add(ns);
    stats.wall_ns = stats.wall_ns.sat_add(ns);
    kept
}

/// Two paths of the caller.
///
/// # Safety
/// Each is NULL or a C string that outlives `'a`.
pub(super) unsafe fn paths<'a>(call: &Call<'_>, from: *const c_char, to: *const c_char) -> Result<(&'a str, &'a str)> {
    // SAFETY: by the contract of this function.
    unsafe {
        let from = structs::name_apart(call, "in_path", from, PATH_LEN)?;
        Ok((from, structs::name_apart(call, "out_path", to, PATH_LEN)?))
    }
}

/// Checks the caller's struct first, and fills it also after an error.
pub(super) fn with_stats(
    out: *mut sqs_codec_stats,
    call: impl FnOnce(&mut sqs_codec_stats) -> Result<()>,
) -> Result<Status> {
    if !out.is_null() {
        structs::writable(out)?;
    }
    let mut value = sqs_codec_stats { length_bytes: SQS_ALL, ..Default::default() };
    let done = call(&mut value);
    write_stats(out, value)?;
    done.map(|()| Status::Ok)
}
