//! Running stages: jobs, block by block or stage by stage, and what they run on.

mod call;
mod carry;
mod job;
mod progress;
mod supply;
mod sweep;

pub use carry::Position;
pub use job::Job;
pub use supply::Supply;
pub use sweep::Piece;

use crate::graph::Graph;
use crate::mem::Work;
use crate::status::Result;
use crate::store::checkpoints::CheckpointTable;

/// What every job works on.
pub struct JobContext<'w, 'm> {
    /// The graph.
    pub graph: &'w Graph<'m>,
    /// Where the samples of each input come from.
    pub inputs: &'w mut [Supply<'m>],
    /// The work area.
    pub work: &'w mut Work<'m>,
    /// Checkpoints of the scans.
    pub checkpoints: &'w mut CheckpointTable<'m>,
    /// What was done.
    pub counts: &'w mut Counts,
}

/// What the executors did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls of stages.
    pub stage_calls: u64,
    /// Rows made by stages, all stages together.
    pub stage_rows: u64,
    /// Bytes of these rows.
    pub stage_bytes: u64,
    /// Bytes read from sources.
    pub source_bytes: u64,
    /// Calls of sources.
    pub source_calls: u64,
    /// Rows made again because what was stored of them was damaged.
    pub recomputed_rows: u64,
    /// Damage found by jobs.
    pub damaged: u64,
    /// Damage that jobs made good.
    pub repaired: u64,
}

/// Windows there are now. Row t uses window t of each input, used or not: the input with the fewest decides.
pub fn windows(graph: &Graph<'_>, inputs: &[Supply<'_>]) -> u64 {
    let pairs = graph.inputs().iter().zip(inputs);
    pairs.map(|(input, supply)| input.windows(supply.samples())).min().unwrap_or(0)
}

/// All windows there will ever be, where that is known. Rows end with the input that has the fewest windows, so an
/// input that has ended decides as soon as no other can be shorter.
pub fn final_windows(graph: &Graph<'_>, inputs: &[Supply<'_>]) -> Option<u64> {
    let pairs = || graph.inputs().iter().zip(inputs);
    let ended = pairs().filter(|(_, s)| s.ended()).map(|(i, s)| i.windows(s.samples())).min()?;
    let open = pairs().filter(|(_, s)| !s.ended()).map(|(i, s)| i.windows(s.samples())).min();
    open.is_none_or(|o| o >= ended).then_some(ended)
}

/// Runs a callback's code into an error.
pub(crate) fn failed(code: crate::kernel::Code, text: &'static str) -> crate::status::Error {
    use crate::kernel::Code;
    use crate::status::{Error, Status};
    match code {
        Code::MISFIT => Error::new(Status::Internal, "a stage was given memory that does not fit its declaration"),
        Code(code) => Error::new(Status::Callback, text).a(code),
    }
}

/// Shorthand of a fault that no caller can cause.
pub(crate) fn internal<T>(text: &'static str) -> Result<T> {
    Err(crate::status::Error::new(crate::status::Status::Internal, text))
}
