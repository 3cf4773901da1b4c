//! Results of functions of the caller.

use crate::kernel::Code;

/// 0 is success, any other number a code of the caller's.
pub(super) fn outcome(code: i32) -> Result<(), Code> {
    if code == 0 { Ok(()) } else { Err(Code(code)) }
}
