//! The demos: each runs a workload on its input and prints a report.

pub(crate) mod audio;
mod compare;
pub(crate) mod logs;
pub(crate) mod memory;
mod run;
pub(crate) mod satcom;
pub(crate) mod smoother;
pub(crate) mod stream;
