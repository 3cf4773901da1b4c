//! Execution: runs the stages of a graph, block by block or stage by stage.
//!
//! [`Job`] is one traversal of the graph: the stream, or an evaluation. [`JobContext`] is what all jobs share: graph,
//! inputs, work area, checkpoints and counts. [`Supply`] is the origin of an input's samples. [`Piece`] is the unit of
//! work of a sweep.
//!
//! | module | content |
//! |---|---|
//! | `changes` | changes of parameters at rows |
//! | `stage_counts` | calls, rows and time of each stage |
//! | `context` | what jobs share, and errors of callbacks |
//! | `supply` | the samples of an input: pushed or from a source |
//! | `progress` | per stage the rows computed, per input the samples loaded |
//! | `job` | the job: its plan, and which rows and samples it holds and needs |
//! | `start` | which rows every stage computes, and the start of a job |
//! | `states` | states of scans: initial, from checkpoints and snapshots, marked and rolled back |
//! | `advance` | one block, or one slice of a stage |
//! | `call` | one call of a stage |
//! | `reads` | the rows and samples that a call reads, halos included |
//! | `carry` | what a job keeps from one block to the next: for checks, saving and recomputation |
//! | `sweep` | pieces of a sweep |

mod advance;
mod call;
mod carry;
mod changes;
mod context;
mod job;
mod progress;
mod reads;
mod stage_counts;
mod start;
mod states;
mod supply;
mod sweep;

pub use carry::Position;
pub use changes::{Change, Changes};
pub use context::{Counts, JobContext, final_windows, final_windows_of, windows};
pub(crate) use context::{callback_error, internal};
pub use job::Job;
pub(crate) use reads::gap_of;
pub use stage_counts::StageCounts;
pub use supply::Supply;
pub use sweep::Piece;
