//! What people and programs get to read.

pub(crate) mod chart;
pub(crate) mod json;
pub(crate) mod numbers;
pub(crate) mod process;
pub(crate) mod progress;
