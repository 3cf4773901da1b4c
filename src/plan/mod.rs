//! Planning: the order of work, the size of blocks and the place of every byte, chosen before anything runs from the
//! config and the graph alone.
//!
//! - `Planner` holds what a plan depends on; `Planner::plan` computes the [`Plan`], `Planner::explain` writes the
//!   reasons.
//! - [`Plan`] has the regions of the work area, and a [`PlannedRequest`] for each [`Request`].
//! - [`JobPlan`] is the memory layout of one job: buffers with their lifetimes, and the order of stages.

mod areas;
mod check;
mod choose;
mod cost;
mod explain;
mod frozen;
mod job;
mod job_buffers;
mod layout;
mod order;
mod place;
mod planner;
mod request;
mod sweep;

pub use areas::Plan;
pub(crate) use cost::row_ns;
pub use explain::Page;
pub use job::{Feed, JobPlan, Lane};
pub(crate) use planner::Planner;
pub(crate) use request::InputFacts;
pub use request::{ALL, Mode, Order, PlanOptions, PlannedRequest, Request, Run, SweepPlan};
