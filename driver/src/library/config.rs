//! The configuration of a pipeline, its plan and its statistics.

use sqrtspace::ffi::*;
use std::ffi::{CStr, CString};

/// Disables a feature in a field where 0 means the default.
pub(crate) const OFF: u64 = SQS_OFF;

/// The execution order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Mode {
    /// The planner chooses.
    Auto,
    /// Stage by stage over the whole range, as array libraries do.
    Classic,
    /// Block by block through all stages, in small buffers.
    Sqrt,
}

impl Mode {
    /// The name on the command line and in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Mode::Auto => "auto",
            Mode::Classic => "classic",
            Mode::Sqrt => "sqrt",
        }
    }
}

/// The configuration of a pipeline. 0 selects the library's default.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Config {
    pub(crate) window: u64,
    pub(crate) hop: u64,
    /// Interleaved numbers in a sample.
    pub(crate) channels: u32,
    /// Samples are complex: IQ.
    pub(crate) complex: bool,
    pub(crate) mode: Mode,
    pub(crate) checkpoint_every: u64,
    pub(crate) lru_bytes: u64,
    pub(crate) memory_budget_bytes: u64,
    pub(crate) cache_bytes: u64,
    /// Derive a budget and a cache size of 0 from this machine.
    pub(crate) from_host: bool,
    /// Directory for the file that may hold the rows of the classic order.
    pub(crate) spill_dir: Option<&'static CStr>,
    /// Nanoseconds per row, by stage name.
    pub(crate) costs: Costs,
    /// Read at most this number of samples of each source in advance, to time the stages without the sources.
    /// 0: read the whole source on demand.
    pub(crate) held: u64,
}

impl Config {
    /// The defaults for a window and a hop.
    pub(crate) fn of(window: u64, hop: u64) -> Config {
        Config {
            window,
            hop,
            channels: 1,
            complex: false,
            mode: Mode::Auto,
            checkpoint_every: 0,
            lru_bytes: 0,
            memory_budget_bytes: 0,
            cache_bytes: 0,
            from_host: false,
            spill_dir: None,
            costs: &[],
            held: 0,
        }
    }
}

/// Stage names with the nanoseconds that a row takes.
pub(crate) type Costs = &'static [(CString, u64)];

/// A registered stage.
#[derive(Clone)]
pub(crate) struct Registered {
    pub(crate) name: CString,
    /// The inputs and stages that it reads.
    pub(crate) reads: Vec<CString>,
    /// Rows of its edges per row of its own.
    pub(crate) stride: u64,
}

/// The figures of a plan.
#[derive(Clone, Copy)]
pub(crate) struct Plan(pub(super) sqs_plan_info);

impl Plan {
    /// The mode that the planner chose.
    pub(crate) fn mode(&self) -> Mode {
        if self.0.mode == SQS_MODE_CLASSIC { Mode::Classic } else { Mode::Sqrt }
    }
}

impl std::ops::Deref for Plan {
    type Target = sqs_plan_info;
    fn deref(&self) -> &sqs_plan_info {
        &self.0
    }
}

/// Statistics of a pipeline.
pub(crate) type Stats = sqs_stats;
