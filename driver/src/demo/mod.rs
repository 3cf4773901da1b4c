//! A workload with its input and a report for people, one file each.

pub(crate) mod audio;
mod compare;
pub(crate) mod smoother;
