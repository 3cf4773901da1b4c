//! A pipeline: the graph, its plan, its memory, and the two jobs that run on it, the stream and an evaluation.
//!
//! [`Pipeline`] is the engine as a Rust type; the C API is a thin layer over it. It uses two areas of the caller's
//! memory: the control area, from which its tables are carved when it is created, and the work area, which is given
//! when it is sealed.
//!
//! | module | content |
//! |---|---|
//! | `definition` | the type, its creation, and access to its parts |
//! | `build` | before seal: inputs, stages, outputs, sources |
//! | `planning` | creation, plans made or read |
//! | `seal` | seal and reset |
//! | `calls` | the calls that run it, each between checks of memory |
//! | `changes` | changes of parameters at rows |
//! | `stream` | push, step, pull |
//! | `step_budget` | steps bounded in time |
//! | `gaps` | missing samples: pushed, counted for rows |
//! | `waiting` | what the stream waits for, positions of inputs |
//! | `evaluation`, `evaluate` | an evaluation, and its steps |
//! | `sweep_state`, `sweep` | a sweep, and its steps |
//! | `sums`, `integrity` | checksums between calls, and repair |
//! | `save`, `saved`, `saved_check`, `restore` | checkpoint files: written; read; checked; applied |
//! | `restore_changes` | changes of parameters in them |
//! | `scrub_place`, `scrub` | search for damage in idle time |
//! | `stats` | figures of plans and of work done |

mod build;
mod calls;
mod changes;
mod definition;
mod evaluate;
mod evaluation;
mod gaps;
mod integrity;
mod planning;
mod restore;
mod restore_changes;
mod save;
mod saved;
mod saved_check;
mod scrub;
mod scrub_place;
mod seal;
mod stats;
mod step_budget;
mod stream;
mod sums;
mod sweep;
mod sweep_state;
mod waiting;

pub use definition::{Config, Pipeline, PlannerCalls};
pub use gaps::gap_bytes;
pub(crate) use planning::PLANNER;
pub use restore::Resume;
pub use stats::{PlanInfo, Stats, SweepInfo};
pub use waiting::{InputPosition, Wait};
