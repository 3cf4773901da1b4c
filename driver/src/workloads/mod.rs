//! The pipelines, each in a file: its stages, its usual window and hop, and what its rows hold.

pub(crate) mod audio;
pub(crate) mod logs;
pub(crate) mod smoother;
