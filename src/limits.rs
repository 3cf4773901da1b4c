//! Fixed bounds of the library: capacities of tables, and alignments.

/// Maximum length of the name of a stage or input in bytes, without the terminating zero.
pub(crate) const NAME_LEN: usize = 31;

/// Maximum number of edges (inputs) of a stage.
pub(crate) const MAX_FAN_IN: usize = 16;

/// Maximum number of inputs of a pipeline, including the one named `"input"`.
pub(crate) const MAX_INPUTS: usize = 8;

/// Maximum number of requests that a pipeline is sealed for.
pub(crate) const MAX_REQUESTS: usize = 16;

/// Maximum number of levels of a graph: the direction of scans changes at most `MAX_LEVELS - 1` times from an input to
/// a stage.
pub(crate) const MAX_LEVELS: usize = 8;

/// Alignment in bytes of buffers within the work area, relative to its start: a cache line of all known processors.
pub(crate) const BUFFER_ALIGN: usize = 64;

/// Alignment of the control area in bytes, and the minimum one of the work area.
pub(crate) const AREA_ALIGN: usize = 8;

/// Default capacity for stages of a pipeline.
pub(crate) const DEFAULT_STAGES: u32 = 16;

/// Default capacity for edges of a pipeline.
pub(crate) const DEFAULT_EDGES: u32 = 32;
