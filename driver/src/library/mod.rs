//! A safe wrapper over the C functions of the library. All `unsafe` code of the program is in this folder, and no other
//! folder calls the library (`tests/boundary.rs` checks both).

mod codec;
mod config;
mod failure;
mod packets;
mod pipeline;
mod process;
mod samples;
mod stages;

pub(crate) use codec::*;
pub(crate) use config::{Config, Costs, Mode, OFF, Plan, Registered, Stats};
pub(crate) use failure::Failure;
pub(crate) use packets::{Packet, PacketReader, PacketWriter, packet, packet_time};
pub(crate) use pipeline::{Order, Param, Pipeline, Rows, Stage};
pub(crate) use process::{end_by_closed_pipe, is_ignored, stdout_was_closed};
pub(crate) use samples::Samples;
pub(crate) use stages::{Custom, RowBuffers, RowInputs, Shape, from};

use core::ffi::CStr;
use sqrtspace::ffi::*;

/// A file beyond the limit of this process becomes an error (EFBIG) instead of the end of the process. Programs that
/// this one starts do not inherit it.
pub(crate) fn limits_are_errors() {
    #[cfg(target_os = "linux")]
    {
        const SIGXFSZ: i32 = if cfg!(target_arch = "mips") { 31 } else { 25 };
        extern "C" fn nothing(_: i32) {}
        unsafe extern "C" {
            fn signal(number: i32, handler: extern "C" fn(i32)) -> *const core::ffi::c_void;
        }
        // SAFETY: the declaration is that of the C library, and the handler does nothing.
        unsafe { signal(SIGXFSZ, nothing) };
    }
}

/// Checks that the library has the ABI that this program was built for, and returns its version.
pub(crate) fn version() -> Result<String, Failure> {
    // SAFETY: functions without preconditions; the text is static.
    unsafe {
        let status = sqs_abi_check(SQS_ABI_VERSION);
        if status != SQS_OK {
            return Err(Failure::new(status, String::new()));
        }
        Ok(CStr::from_ptr(sqs_version()).to_string_lossy().into_owned())
    }
}
