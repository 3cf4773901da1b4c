//! Fixed bounds of the library: what a table can hold at most, and what alignment it needs.

/// Longest name of a stage or an input, in bytes, without the closing zero.
pub const NAME_LEN: usize = 31;

/// Most edges (inputs) of one stage.
pub const MAX_FAN_IN: usize = 16;

/// Most inputs of a pipeline, the one named `"input"` among them.
pub const MAX_INPUTS: usize = 8;

/// Most requests a pipeline is sealed for.
pub const MAX_REQUESTS: usize = 16;

/// Levels of a graph: the direction of time changes at most one time less on the way from an input to a stage.
pub const MAX_LEVELS: usize = 8;

/// Alignment of buffers inside the work area, relative to its start: a cache line of every processor we know.
pub const BUFFER_ALIGN: usize = 64;

/// Alignment of the control area, and the least one of the work area.
pub const AREA_ALIGN: usize = 8;

/// Default number of stages of a pipeline.
pub const DEFAULT_STAGES: u32 = 16;

/// Default number of edges of a pipeline.
pub const DEFAULT_EDGES: u32 = 32;
