//! Buffers of the caller for rows.

use crate::checked;
use crate::ffi::structs;
use crate::pipeline::Pipeline;
use crate::status::{Error, Result, Status};
use core::ffi::c_void;

/// Bytes of a row of a stage.
pub(super) fn row_bytes(core: &Pipeline<'_>, stage: u32) -> Result<usize> {
    let found = core.graph().stages().get(stage as usize);
    found.map(|s| s.shape.bytes()).ok_or_else(|| core.graph().unknown_stage(stage as usize))
}

/// A buffer of `len` bytes to write to.
///
/// # Safety
/// The call has claimed the buffer.
pub(super) unsafe fn rows_buffer<'a>(rows: *mut c_void, len: usize) -> Result<&'a mut [u8]> {
    if len == 0 {
        return Ok(&mut []);
    }
    structs::usable("rows", rows.cast::<u8>().cast_const())?;
    if len > isize::MAX as usize {
        return Err(Error::new(Status::Overflow, "a buffer of {a} bytes does not fit the address space").a(len));
    }
    // SAFETY: the caller gives `len` bytes, which overlap nothing else.
    Ok(unsafe { core::slice::from_raw_parts_mut(rows.cast(), len) })
}

/// Checks that a buffer of `capacity` bytes holds `count` rows; returns their length in bytes.
pub(super) fn check_capacity(
    core: &Pipeline<'_>,
    stage: u32,
    rows: *mut c_void,
    capacity: usize,
    count: u64,
) -> Result<usize> {
    let needed = checked::mul(checked::size(count)?, row_bytes(core, stage)?)?;
    if needed > capacity {
        let error = Error::new(Status::Space, "the rows of stage {n} need {a} bytes, the buffer has {b}");
        return Err(core.graph().about_stage(stage as usize, error.a(needed).b(capacity)));
    }
    if needed > isize::MAX as usize {
        return Err(Error::new(Status::Overflow, "a buffer of {a} bytes does not fit the address space").a(needed));
    }
    if needed > 0 {
        structs::usable("rows", rows.cast::<u8>().cast_const())?;
    }
    Ok(needed)
}
