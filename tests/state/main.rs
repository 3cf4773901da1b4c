//! StateSlots, repair of flipped bits, and pipelines saved and restored.

#[path = "../support/amount.rs"]
mod amount;
#[path = "../support/chain.rs"]
mod chain;
#[path = "../support/graphs.rs"]
mod graphs;

mod changes;
mod checkpoint_growth;
mod checkpoints;
mod every_byte;
mod faults;
mod faults_running;
mod fields;
mod impossible;
mod refused;
mod repair_counts;
mod restore_sizes;
mod save_resume;
