//! A workload with its input and a report for people, one file each.

pub(crate) mod audio;
mod compare;
pub(crate) mod logs;
pub(crate) mod memory;
mod run;
pub(crate) mod satcom;
pub(crate) mod smoother;
pub(crate) mod stream;
