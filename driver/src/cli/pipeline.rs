//! Arguments that every pipeline has.

use super::values::{bytes, directory};
use crate::library::{Config, Mode};
use clap::Args;
use std::ffi::CStr;

/// Configuration of a pipeline.
#[derive(Args, Debug, Clone)]
pub(crate) struct PipelineArgs {
    /// Execution order; the rows are bit-identical in every mode
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) mode: Mode,
    /// Samples per window [default: depends on the pipeline]
    #[arg(long, visible_alias = "win", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) window: Option<u64>,
    /// Samples between the starts of consecutive windows [default: depends on the pipeline]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) hop: Option<u64>,
    /// Windows between checkpoints of stages with state; 0: the planner chooses
    #[arg(long, value_name = "K", default_value_t = 0)]
    pub(crate) checkpoint_every: u64,
    /// Size of the cache of computed rows, such as 64K; 0: no cache
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0")]
    pub(crate) lru_bytes: u64,
    /// Maximum work memory, such as 512K or 2M; 0: no limit
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0")]
    pub(crate) memory_budget: u64,
    /// CPU cache that a block should fit into; 0: the library's default
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0")]
    pub(crate) cache_bytes: u64,
    /// Where no memory budget or cache size is given, derive it from this machine: from the limit of the control group,
    /// the environment variable LLC_BYTES, and the system. Implied by LLC_BYTES, except in classic mode
    #[arg(long)]
    pub(crate) host_defaults: bool,
    /// Directory of a temporary file for the rows of the classic order. The file is used if the rows exceed the memory
    /// budget, and always if no budget is given
    #[arg(long, value_name = "DIR", value_parser = directory)]
    pub(crate) spill_dir: Option<&'static CStr>,
}

impl PipelineArgs {
    /// All defaults, with a mode, a window and a hop.
    pub(super) fn of(mode: Mode, window: Option<u64>, hop: Option<u64>) -> PipelineArgs {
        PipelineArgs {
            mode,
            window,
            hop,
            checkpoint_every: 0,
            lru_bytes: 0,
            memory_budget: 0,
            cache_bytes: 0,
            host_defaults: false,
            spill_dir: None,
        }
    }

    /// The library's configuration. `window` and `hop` are the defaults of the workload.
    pub(crate) fn config(&self, window: u64, hop: u64) -> Config {
        Config {
            mode: self.mode,
            checkpoint_every: self.checkpoint_every,
            lru_bytes: self.lru_bytes,
            memory_budget_bytes: self.memory_budget,
            cache_bytes: self.cache_bytes,
            from_host: self.host_defaults || (self.mode != Mode::Classic && std::env::var_os("LLC_BYTES").is_some()),
            spill_dir: self.spill_dir,
            ..Config::of(self.window.unwrap_or(window), self.hop.unwrap_or(hop))
        }
    }
}
