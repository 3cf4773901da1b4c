//! What a pipeline is made with, what is planned, what it did.

use sqrtspace::ffi::*;
use std::ffi::{CStr, CString};

/// Switches a feature off where 0 means its default.
pub(crate) const OFF: u64 = SQS_OFF;

/// The order in which the library works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Mode {
    /// The planner picks.
    Auto,
    /// Stage by stage over the whole range, as array libraries do it.
    Classic,
    /// Block by block through all stages, in small buffers.
    Sqrt,
}

impl Mode {
    /// As it is written on the command line and in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Mode::Auto => "auto",
            Mode::Classic => "classic",
            Mode::Sqrt => "sqrt",
        }
    }
}

/// What a pipeline is made with; 0 leaves a number to the library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Config {
    pub(crate) window: u64,
    pub(crate) hop: u64,
    /// Interleaved numbers in a sample: 2 for IQ.
    pub(crate) channels: u32,
    pub(crate) mode: Mode,
    pub(crate) checkpoint_every: u64,
    pub(crate) lru_bytes: u64,
    pub(crate) memory_budget_bytes: u64,
    pub(crate) cache_bytes: u64,
    /// Budget and cache come from this machine, where they are 0.
    pub(crate) from_host: bool,
    /// Where classic rows may go.
    pub(crate) spill_dir: Option<&'static CStr>,
    /// Nanoseconds of a row, by the names of stages.
    pub(crate) costs: Costs,
    /// Only so many samples of each source, read beforehand: to time stages, not sources. 0: as they come.
    pub(crate) held: u64,
}

impl Config {
    /// All defaults.
    pub(crate) fn of(window: u64, hop: u64) -> Config {
        Config {
            window,
            hop,
            channels: 1,
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

/// Stages by name, and what a row of each takes in nanoseconds.
pub(crate) type Costs = &'static [(CString, u64)];

/// A stage as it was registered.
#[derive(Clone)]
pub(crate) struct Registered {
    pub(crate) name: CString,
    /// Stages it reads.
    pub(crate) reads: Vec<CString>,
    /// Rows it reads for one of its own.
    pub(crate) stride: u64,
}

/// A plan in figures.
#[derive(Clone, Copy)]
pub(crate) struct Plan(pub(super) sqs_plan_info);

impl Plan {
    /// The mode chosen.
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

/// What a pipeline did.
pub(crate) type Stats = sqs_stats;
