//! Defaults of a config from the host.

use super::config::sqs_config;
use crate::ffi::status::{sqs_status, without_handle};
use crate::ffi::structs;
use crate::io::host::{DEFAULT_CACHE, Host, size};
use crate::status::Status;
use std::path::Path;

/// Sets memory_budget_bytes and cpu_cache_bytes of a config from this machine, where they are 0.
///
/// Hosts only. No other function depends on the machine: sqs_plan() reads the config alone.
/// - memory_budget_bytes: half of the smallest memory limit of the process's control group and its ancestors (Linux,
///   cgroup versions 1 and 2); without a limit below the machine's memory, a quarter of that; if neither is known, 0.
/// - cpu_cache_bytes: the environment variable LLC_BYTES (digits, optionally with K, M or G); else the largest cache
///   that the system reports; else 32 MiB.
///
/// Call it before starting threads that change the environment. Allocates on the host's heap and frees it again.
///
/// @param[in,out] config  set up by sqs_config_init()
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     config is NULL
/// @retval SQS_ERR_ALIGN        config is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  struct_size is not that of an sqs_config
/// @retval SQS_ERR_UNSUPPORTED  fields are set that this version does not know
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_config_host_defaults(config: *mut sqs_config) -> sqs_status {
    without_handle(core::ptr::null_mut(), |_| {
        let mut c = structs::read(config.cast_const())?;
        let host = Host::look(Path::new("/"));
        if c.memory_budget_bytes == 0 {
            c.memory_budget_bytes = host.budget().unwrap_or(0);
        }
        if c.cpu_cache_bytes == 0 {
            let set = std::env::var("LLC_BYTES").ok().and_then(|v| size(&v));
            c.cpu_cache_bytes = set.or(host.cache).unwrap_or(DEFAULT_CACHE);
        }
        structs::write(config, c)?;
        Ok(Status::Ok)
    })
}
