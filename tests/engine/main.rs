//! Rows of pipelines against the definition: every order, budget, direction and offset.

#[path = "../support/amount.rs"]
mod amount;
#[path = "../support/builtin.rs"]
mod builtin;
#[path = "../support/chain.rs"]
mod chain;
#[path = "../support/graphs.rs"]
mod graphs;
#[path = "../support/streams.rs"]
mod streams;

mod far_offsets;
mod frozen;
mod gaps;
mod orders;
mod passes;
mod planner;
mod planning;
mod reverse_scans;
mod schedules;
mod series;
mod source_retry;
mod spill;
mod stream_only;
mod sweeps;
mod texts;
mod texts_gaps;
mod texts_graph;
mod texts_running;
mod texts_saved;
mod texts_search;
