//! The pipelines: their stages, default windows and hops, inputs, and the content of their rows.

pub(crate) mod audio;
pub(crate) mod logs;
pub(crate) mod satcom;
pub(crate) mod smoother;
