//! A safe wrapper over the C functions of the library. All `unsafe` code of the program is in this folder, and no other
//! folder calls the library (`tests/boundary.rs` checks both).

mod codec;
mod config;
mod failure;
mod pipeline;
mod samples;
mod stages;

pub(crate) use codec::*;
pub(crate) use config::{Config, Costs, Mode, OFF, Plan, Registered, Stats};
pub(crate) use failure::Failure;
pub(crate) use pipeline::{Order, Param, Pipeline, Rows, Stage};
pub(crate) use samples::Samples;
pub(crate) use stages::{Custom, RowBuffers, RowInputs, Shape, complex, from};

use core::ffi::CStr;
use sqrtspace::ffi::*;

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
