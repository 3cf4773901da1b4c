//! Defaults from the host.

use crate::ffi::handle::without;
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::io::host::{DEFAULT_CACHE, Host, size};
use crate::status::Status;
use std::path::Path;

/// Fills memory_budget_bytes and cache_bytes of a config from the machine at hand, where they are 0. Hosts only; everything
/// else, sqs_plan among it, looks at the config alone.
///
/// memory_budget_bytes: half of the least memory limit of the process's control group and those above it (Linux, cgroup
/// versions 1 and 2); without a limit below the machine's memory a quarter of that; where neither is known it stays 0.
/// cache_bytes: the environment variable LLC_BYTES (digits, or with K, M or G); else the largest cache that the system
/// tells of; else 32 MiB. Call it before threads are started that change the environment. Allocates on the host's heap
/// and gives it back.
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED: a newer struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_config_host_defaults(config: *mut sqs_config) -> sqs_status {
    without(core::ptr::null_mut(), || {
        let mut c = structs::read(config.cast_const())?;
        let host = Host::look(Path::new("/"));
        if c.memory_budget_bytes == 0 {
            c.memory_budget_bytes = host.budget().unwrap_or(0);
        }
        if c.cache_bytes == 0 {
            let told = std::env::var("LLC_BYTES").ok().and_then(|v| size(&v));
            c.cache_bytes = told.or(host.cache).unwrap_or(DEFAULT_CACHE);
        }
        structs::write(config, c)?;
        Ok(Status::Ok)
    })
}
