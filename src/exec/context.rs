//! What all jobs share: graph, inputs, work area, checkpoints and counts; the windows available; errors of callbacks.

use super::changes::Changes;
use super::stage_counts::StageCounts;
use super::supply::Supply;
use crate::graph::Graph;
use crate::io::ClockBox;
use crate::kernel::Code;
use crate::mem::Work;
use crate::status::{Error, Result, Status};
use crate::store::checkpoints::CheckpointTable;

/// What every job works on.
pub struct JobContext<'w, 'm> {
    /// The graph.
    pub graph: &'w Graph<'m>,
    /// The origin of each input's samples.
    pub inputs: &'w mut [Supply<'m>],
    /// The work area.
    pub work: &'w mut Work<'m>,
    /// Checkpoints of the scans.
    pub checkpoints: &'w mut CheckpointTable<'m>,
    /// Changes of parameters.
    pub changes: &'w mut Changes<'m>,
    /// Work done so far, by all jobs together.
    pub counts: &'w mut Counts,
    /// Work done so far, by stage.
    pub stage_counts: &'w mut [StageCounts],
    /// The caller's clock.
    pub clock: Option<&'w ClockBox<'m>>,
}

/// Work done by jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls of stages.
    pub stage_calls: u64,
    /// Rows computed, all stages together.
    pub stage_rows: u64,
    /// Bytes of these rows.
    pub stage_bytes: u64,
    /// Bytes read from sources.
    pub source_bytes: u64,
    /// Calls of sources.
    pub source_calls: u64,
    /// Rows recomputed because their stored form was damaged.
    pub recomputed_rows: u64,
    /// Damage that jobs found and could not repair.
    pub damaged: u64,
    /// Damage that jobs repaired.
    pub repaired: u64,
    /// The stage and row that failed in this call.
    pub failed: Option<(usize, u64)>,
}

/// Windows available now. Row t uses window t of each input of the graph, so the input with the fewest decides.
pub fn windows(graph: &Graph<'_>, inputs: &[Supply<'_>]) -> u64 {
    let pairs = graph.inputs().iter().zip(inputs);
    pairs.map(|(input, supply)| input.windows(supply.samples())).min().unwrap_or(0)
}

/// The final number of windows, where it is known. Rows end with the input that has the fewest windows, so an input
/// that has ended decides as soon as no other input can have fewer.
pub fn final_windows(graph: &Graph<'_>, inputs: &[Supply<'_>]) -> Option<u64> {
    final_windows_of(|| graph.inputs().iter().zip(inputs).map(|(i, s)| (i.windows(s.samples()), s.ended())))
}

/// The same, from the windows of each input and whether it has ended.
pub fn final_windows_of<I: Iterator<Item = (u64, bool)>>(inputs: impl Fn() -> I) -> Option<u64> {
    let ended = inputs().filter(|(_, ended)| *ended).map(|(w, _)| w).min()?;
    let open = inputs().filter(|(_, ended)| !ended).map(|(w, _)| w).min();
    open.is_none_or(|o| o >= ended).then_some(ended)
}

/// The error of a callback that returned `code`. `text` names the callback; {a} is the code.
pub(crate) fn callback_error(code: Code, text: &'static str) -> Error {
    match code {
        Code::MISFIT => Error::new(Status::Internal, "a stage was given memory that does not fit its declaration"),
        Code(code) => Error::new(Status::Callback, text).a(code),
    }
}

/// A fault of the library itself, which no caller can cause.
pub(crate) fn internal<T>(text: &'static str) -> Result<T> {
    Err(Error::new(Status::Internal, text))
}
