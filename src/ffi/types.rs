//! Types and constants of the C API.

use core::ffi::{c_char, c_void};

/// Status of a call: 0 is success, positive is "not an error, but not that either", negative is an error.
pub type sqs_status = i32;

/// Version of the binary interface that this header describes: major * 1000 + minor. See sqs_abi_check.
pub const SQS_ABI_VERSION: u32 = 1000;

/// Done.
pub const SQS_OK: i32 = 0;
/// Not now: the ring or an output is full, or more input is needed first. Nothing was lost.
pub const SQS_AGAIN: i32 = 1;
/// There is no more: the input has ended and all rows were handed out; or no work is left.
pub const SQS_END: i32 = 2;
/// An argument is NULL, zero, out of its range, or contradicts another.
pub const SQS_ERR_ARGUMENT: i32 = -1;
/// A struct_size is smaller than that of version 1 of the struct.
pub const SQS_ERR_STRUCT_SIZE: i32 = -2;
/// This build or version does not have what is asked for (or a newer caller set a field it does not know).
pub const SQS_ERR_UNSUPPORTED: i32 = -3;
/// Header and library are of different ABI versions.
pub const SQS_ERR_ABI: i32 = -4;
/// The call does not fit the state of the handle: registering after seal, pushing into an input with a source.
pub const SQS_ERR_STATE: i32 = -5;
/// The call came from inside a callback of the same handle.
pub const SQS_ERR_REENTRANT: i32 = -6;
/// The handle found its own tables or positions damaged, or met an internal fault: it takes only reset, delete, error_detail
/// and stats.
pub const SQS_ERR_POISONED: i32 = -7;
/// A name is unknown, taken, empty, or too long.
pub const SQS_ERR_NAME: i32 = -8;
/// A table is full; the config says how large it is.
pub const SQS_ERR_LIMIT: i32 = -9;
/// A size or position does not fit the integer that has to hold it.
pub const SQS_ERR_OVERFLOW: i32 = -10;
/// The memory given is too small, or the allocator gave none.
pub const SQS_ERR_MEMORY: i32 = -11;
/// A memory area is misaligned.
pub const SQS_ERR_ALIGN: i32 = -12;
/// A buffer of the caller lies in memory of the pipeline.
pub const SQS_ERR_OVERLAP: i32 = -13;
/// The memory budget is too small; the detail names the least that works.
pub const SQS_ERR_BUDGET: i32 = -14;
/// The pipeline was not sealed for this request; the detail names the bytes it needs.
pub const SQS_ERR_NOT_PLANNED: i32 = -15;
/// Rows or samples outside of what there is; the detail says how many there are.
pub const SQS_ERR_RANGE: i32 = -16;
/// Samples needed have left the input ring; the detail says where it starts.
pub const SQS_ERR_EVICTED: i32 = -17;
/// Stored data failed its check and cannot be recomputed.
pub const SQS_ERR_CORRUPT: i32 = -18;
/// A callback returned an error or nonsense; its code is in the detail.
pub const SQS_ERR_CALLBACK: i32 = -19;
/// The operating system refused.
pub const SQS_ERR_IO: i32 = -20;
/// Encoded data is damaged; the report says where.
pub const SQS_ERR_DAMAGED: i32 = -21;
/// Encoded data, a file or a checkpoint is of no known format.
pub const SQS_ERR_FORMAT: i32 = -22;
/// The operation was cancelled.
pub const SQS_ERR_CANCELLED: i32 = -23;
/// Stages do not fit together: row rates or element types of connected stages differ.
pub const SQS_ERR_GRAPH: i32 = -24;
/// The output buffer is too short; the detail says what it needs.
pub const SQS_ERR_SPACE: i32 = -25;
/// A fault of the library itself. Please report it.
pub const SQS_ERR_INTERNAL: i32 = -26;

/// "To the end", "as many as there are".
pub const SQS_ALL: u64 = u64::MAX;
/// Switches a feature off where zero means its default.
pub const SQS_OFF: u64 = u64::MAX;
/// Longest name of a stage or input in bytes, without the closing zero.
pub const SQS_NAME_LEN: u32 = 31;
/// Most edges of one stage.
pub const SQS_MAX_FAN_IN: u32 = 16;
/// Most inputs of a pipeline.
pub const SQS_MAX_INPUTS: u32 = 8;
/// Most requests of a plan.
pub const SQS_MAX_REQUESTS: u32 = 16;

/// Element type: signed 8-bit integer.
pub const SQS_I8: u32 = 1;
/// Element type: unsigned 8-bit integer.
pub const SQS_U8: u32 = 2;
/// Element type: signed 16-bit integer.
pub const SQS_I16: u32 = 3;
/// Element type: unsigned 16-bit integer.
pub const SQS_U16: u32 = 4;
/// Element type: signed 32-bit integer.
pub const SQS_I32: u32 = 5;
/// Element type: unsigned 32-bit integer.
pub const SQS_U32: u32 = 6;
/// Element type: signed 64-bit integer.
pub const SQS_I64: u32 = 7;
/// Element type: IEEE 754 single precision.
pub const SQS_F32: u32 = 8;
/// Element type: IEEE 754 double precision.
pub const SQS_F64: u32 = 9;
/// Element type: complex of two single-precision floats, real part first.
pub const SQS_C32: u32 = 10;

/// The planner picks the mode. The same bits come out of every mode.
pub const SQS_MODE_AUTO: u32 = 0;
/// Every stage's rows for the whole range are materialised in turn, as array libraries do it.
pub const SQS_MODE_CLASSIC: u32 = 1;
/// Blocks of windows run through all stages in small buffers.
pub const SQS_MODE_SQRT: u32 = 2;

/// Rows beyond the ends are zeros.
pub const SQS_BOUNDARY_ZERO: u32 = 0;
/// Rows beyond the ends are the first or last row again.
pub const SQS_BOUNDARY_CLAMP: u32 = 1;

/// Rows from the first to the last.
pub const SQS_ORDER_FORWARD: u32 = 0;
/// Rows from the last to the first: the blocks that a sink gets start with their last row, and hold rows in descending
/// order. Not for sqs_evaluate.
pub const SQS_ORDER_REVERSE: u32 = 1;

/// A reverse scan: a stage whose state runs from the last row to the first. It has a state of at least a byte, set by
/// state_init as it is behind the last row. A call makes its rows from the last to the first; state on entry is what the
/// row behind the last one of the call left, and rows and edges lie in ascending order as in every call.
pub const SQS_STAGE_REVERSE: u32 = 1;

/// The source may get more samples: see sqs_source_extend.
pub const SQS_SOURCE_GROWING: u32 = 1;

/// Samples in a file: low byte first.
pub const SQS_LITTLE_ENDIAN: u32 = 0;
/// Samples in a file: high byte first.
pub const SQS_BIG_ENDIAN: u32 = 1;

/// What a call without a handle has to say about its failure: optional last argument of such calls.
#[repr(C)]
pub struct sqs_error {
    /// In: sizeof(sqs_error).
    pub struct_size: u32,
    /// The status the call returned.
    pub status: sqs_status,
    /// errno of the operating system where it refused something, else 0.
    pub os_errno: i32,
    /// The detail, closed with a zero.
    pub text: [c_char; 160],
}

/// Allocates size bytes aligned to align, a power of two. Returns NULL when no memory is left.
pub type sqs_alloc_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, size: usize, align: usize) -> *mut c_void>;

/// Frees the size bytes that an sqs_alloc_fn returned.
pub type sqs_free_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, memory: *mut c_void, size: usize)>;

/// Computes rows of a stage. Returns 0, or a code of its own, which the error detail shows.
pub type sqs_stage_run_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, io: *const sqs_stage_io) -> i32>;

/// Sets the state of a scan before its first row. Returns 0, or a code of its own, which the error detail shows.
pub type sqs_state_init_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, state: *mut c_void) -> i32>;

/// Reads up to n samples, starting at sample first, into dst. Sets *got to the number read, at least 1. Returns 0, or a
/// code of its own, which the error detail shows.
pub type sqs_source_read_fn =
    Option<unsafe extern "C" fn(ctx: *mut c_void, first: u64, dst: *mut c_void, n: usize, got: *mut usize) -> i32>;

/// Receives rows: bytes bytes at data, which hold the given number of rows, the first of them row first. In reverse order
/// first is the highest row and the rows descend. Returns 0, or a code of its own, which the error detail shows.
pub type sqs_sink_fn =
    Option<unsafe extern "C" fn(ctx: *mut c_void, first: u64, rows: usize, data: *const c_void, bytes: usize) -> i32>;

/// Writes all of the bytes at data, after those of the calls before. Returns 0, or a code of its own, which the error
/// detail shows.
pub type sqs_write_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, data: *const c_void, bytes: usize) -> i32>;

/// What a pipeline is made with. Set up by sqs_config_init; zero means the default everywhere.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_config {
    /// sizeof(sqs_config).
    pub struct_size: u32,
    /// 0.
    pub flags: u32,
    /// Samples in a window, at least 1.
    pub window: u64,
    /// Samples from the start of a window to that of the next, at least 1: less than window overlaps, more leaves gaps.
    pub hop: u64,
    /// Element type of the samples: SQS_I8 ... SQS_C32. Default SQS_F32.
    pub dtype: u32,
    /// Interleaved elements in a sample. Default 1.
    pub channels: u32,
    /// SQS_MODE_AUTO, SQS_MODE_CLASSIC or SQS_MODE_SQRT.
    pub mode: u32,
    /// Checkpoints kept of each stage with state: an even number. Default 32. After t windows they are at most
    /// 2 * t / checkpoint_slots (or checkpoint_every) windows apart.
    pub checkpoint_slots: u32,
    /// Windows between checkpoints of stages with state, while the stream is short; the longer the stream, the further
    /// apart are the checkpoint_slots ones. Default: one block. SQS_OFF: no checkpoints.
    pub checkpoint_every: u64,
    /// Bytes of the row cache (least recently used rows go first). SQS_OFF: none. Default: none; but in auto mode with a
    /// memory budget, where ranges of dear rows are asked for, what is left of the budget, to a quarter of cache_bytes.
    pub lru_bytes: u64,
    /// Most bytes of the work area. Default and SQS_OFF: no bound.
    pub memory_budget_bytes: u64,
    /// Processor cache that blocks should fit: half of it is given to them, if they need it to be fast. Blocks that carry
    /// more than that from one to the next may be larger. Default 512 KiB.
    pub cache_bytes: u64,
    /// Samples that the ring of the pushed input holds. Default: what a block needs at once and one block more (told as
    /// sqs_plan_info.input_capacity). To evaluate all of a pushed recording at once, give its length.
    pub input_capacity: u64,
    /// Most stages. Default 16, at most 1024.
    pub max_stages: u32,
    /// Most edges of all stages together. Default 32, at most 4096.
    pub max_edges: u32,
    /// Bytes for parameters of built-in stages, such as filter taps (8 bytes each). Default 1024.
    pub param_bytes: u32,
    /// 0.
    pub reserved: u32,
    /// A directory, or NULL: then a classic plan over the budget is refused. With it the rows of classic requests lie in a
    /// file there instead of the work area (sqs_plan_info.spill_bytes): without a memory budget always, with one where
    /// they would exceed it. The file has no name and is gone with the pipeline; all of it is reserved and mapped when the
    /// pipeline is sealed. The directory is opened by sqs_pipeline_new, which is done with the text then. Linux hosts only.
    pub spill_dir: *const c_char,
}

/// Where the memory of a pipeline comes from. Either base and size, or alloc and free.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_memory {
    /// sizeof(sqs_memory).
    pub struct_size: u32,
    /// 0.
    pub flags: u32,
    /// The control area, aligned to 8 bytes, which stays the caller's; then the work area is given to sqs_pipeline_seal.
    /// NULL: alloc and free are used for both areas.
    pub base: *mut c_void,
    /// Its size in bytes: at least what sqs_pipeline_control_bytes tells.
    pub size: usize,
    /// Gives size bytes aligned to align (a power of two), or NULL. Called in new and seal only.
    pub alloc: sqs_alloc_fn,
    /// Takes them back. Called in delete only (and in new, when it fails).
    pub free: sqs_free_fn,
    /// First argument of both.
    pub ctx: *mut c_void,
}

/// A further input: a second stream with windows of its own. Row t of every stage belongs to window t of each input.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_input_desc {
    /// sizeof(sqs_input_desc).
    pub struct_size: u32,
    /// 0.
    pub flags: u32,
    /// Its name, copied.
    pub name: *const c_char,
    /// Samples in a window, at least 1.
    pub window: u64,
    /// Samples from window to window, at least 1.
    pub hop: u64,
    /// Samples its ring holds; 0 as in sqs_config.
    pub capacity: u64,
    /// Element type.
    pub dtype: u32,
    /// Interleaved elements in a sample.
    pub channels: u32,
}

/// An edge of a stage: which rows it sees. Row t of the stage sees rows t * stride - lookback to t * stride + lookahead.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_edge_desc {
    /// "input", the name of a further input, or of a stage registered before.
    pub name: *const c_char,
    /// Rows before the stage's own.
    pub lookback: u32,
    /// Rows behind it.
    pub lookahead: u32,
    /// What lies beyond the ends: SQS_BOUNDARY_ZERO or SQS_BOUNDARY_CLAMP.
    pub boundary: u32,
    /// 0.
    pub reserved: u32,
}

/// Rows of one edge, as one call of a stage sees them. Read them with SQS_ROW.
#[repr(C)]
pub struct sqs_edge_rows {
    /// The row that belongs to the call's first output row; rows lie before it (lookback) and behind it.
    pub base: *const c_void,
    /// Bytes from the start of a row to that of the next. Of an input with overlapping windows it is less than a row.
    pub row_stride_bytes: usize,
    /// Rows that may be read before base.
    pub lookback: usize,
    /// Rows that may be read behind the last output row's own.
    pub lookahead: usize,
    /// Elements in a row (of an input: window times channels).
    pub len: usize,
    /// Element type.
    pub dtype: u32,
    /// Rows of this edge per output row: the stage's stride.
    pub step: u32,
}

/// What a call of a stage gets. Valid during the call.
#[repr(C)]
pub struct sqs_stage_io {
    /// sizeof(sqs_stage_io) of the library.
    pub struct_size: u32,
    /// Number of edges.
    pub edge_count: u32,
    /// Number of the first row to make.
    pub first: u64,
    /// How many rows to make.
    pub rows: usize,
    /// The edges, in the order of registration.
    pub edges: *const sqs_edge_rows,
    /// Where the rows go, one after another without gaps, the first one first: rows * len elements.
    pub out: *mut c_void,
    /// State of a scan: what row first - 1 left, to be left as it is after row first + rows - 1. Of a reverse scan: what row
    /// first + rows left, to be left as it is after row first. NULL for stages without.
    pub state: *mut c_void,
    /// Scratch memory of scratch_bytes, any content; NULL for stages without.
    pub scratch: *mut c_void,
}

/// A stage with a function of the caller.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_stage_desc {
    /// sizeof(sqs_stage_desc).
    pub struct_size: u32,
    /// 0, or SQS_STAGE_REVERSE.
    pub flags: u32,
    /// Its name, copied: 1 to 31 bytes, not taken.
    pub name: *const c_char,
    /// Makes rows; returns 0, or a code of its own that the error detail will show. Must give the same row however rows
    /// are grouped into calls, in whatever order they are asked for; must not keep anything between calls.
    pub run: sqs_stage_run_fn,
    /// Sets the state before the first row (of a reverse scan: behind the last). NULL: zeros.
    pub state_init: sqs_state_init_fn,
    /// First argument of both: parameters. Stays the caller's, must outlive the pipeline.
    pub ctx: *mut c_void,
    /// The edges, copied.
    pub edges: *const sqs_edge_desc,
    /// Their number: 1 to SQS_MAX_FAN_IN.
    pub edge_count: u32,
    /// Element type of its rows.
    pub dtype: u32,
    /// Elements in a row, at least 1.
    pub len: u32,
    /// Input rows per output row. 0 and 1: one each; more: fewer rows come out than go in, one per stride, the last one
    /// also where its inputs are not all there.
    pub stride: u32,
    /// Bytes of state: a stage with state is a scan. Its rows are made in order (with SQS_STAGE_REVERSE from the last to the
    /// first); io->state is what the row before left, and must be plain bytes, for it is copied, stored and compared.
    pub state_bytes: u32,
    /// Alignment of the state: a power of two up to 64. 0: 8.
    pub state_align: u32,
    /// Bytes of scratch memory per call.
    pub scratch_bytes: u32,
    /// Alignment of the scratch: a power of two up to 64. 0: 8.
    pub scratch_align: u32,
    /// A number of the caller's that changes whenever the parameters behind ctx change.
    pub revision: u32,
    /// Bytes of the words that the state is made of: 1, 2, 4 or 8, so that saved states can be read on machines of any byte
    /// order. 0: not told (or of several sizes): what was saved is read on machines of the same byte order alone.
    pub state_word: u32,
    /// About how many nanoseconds a row takes, for the planner, which weighs the stages' work against what an order of work
    /// adds to it. No row depends on it, nor does what is saved. 0: not known, it is guessed by the bytes seen and made.
    pub cost_ns_per_row: u64,
}

/// A parameter of a built-in stage: a number, or a list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_param {
    /// Its name, as the table of stages above has it.
    pub key: *const c_char,
    /// The number. Whole numbers are exact up to 2^53.
    pub value: f64,
    /// The list, copied; NULL for a number.
    pub values: *const f64,
    /// Its length.
    pub count: usize,
}

/// A built-in stage.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_builtin_desc {
    /// sizeof(sqs_builtin_desc).
    pub struct_size: u32,
    /// 0.
    pub flags: u32,
    /// Its kind: "hann", "rfft_magnitude" and so on; see the table of stages above.
    pub kind: *const c_char,
    /// Its name, copied.
    pub name: *const c_char,
    /// The edges, copied.
    pub edges: *const sqs_edge_desc,
    /// The parameters, copied. NULL: all defaults.
    pub params: *const sqs_param,
    /// Number of edges.
    pub edge_count: u32,
    /// Number of parameters.
    pub param_count: u32,
    /// As in sqs_stage_desc. 0: what the library knows of the kind.
    pub cost_ns_per_row: u64,
}

/// What will be asked of a pipeline.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_request {
    /// sizeof(sqs_request).
    pub struct_size: u32,
    /// The stage whose rows are wanted.
    pub stage: u32,
    /// First row. A plan does not depend on it, but in classic mode with stages that have state.
    pub first: u64,
    /// Rows; in a plan: most rows at a time. SQS_ALL: as many as there are.
    pub count: u64,
    /// SQS_ORDER_FORWARD or SQS_ORDER_REVERSE.
    pub order: u32,
    /// 0.
    pub flags: u32,
}

/// A plan in figures. Bytes of the parts add up to work_bytes with the padding between them.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_plan_info {
    /// In: sizeof(sqs_plan_info).
    pub struct_size: u32,
    /// How the requests run: SQS_MODE_CLASSIC if all of them do, else SQS_MODE_SQRT.
    pub mode: u32,
    /// Bytes of the work area: exactly these suffice.
    pub work_bytes: u64,
    /// Its alignment in bytes.
    pub work_align: u64,
    /// Of work_bytes: constant tables of stages.
    pub table_bytes: u64,
    /// Of work_bytes: rings of pushed inputs.
    pub ring_bytes: u64,
    /// Of work_bytes: buffers of the stream (opened outputs).
    pub stream_bytes: u64,
    /// Of work_bytes: buffers of an evaluation, the largest planned one deciding.
    pub evaluate_bytes: u64,
    /// Of work_bytes: queues of opened outputs.
    pub output_bytes: u64,
    /// Of work_bytes: the row cache.
    pub cache_bytes: u64,
    /// Of work_bytes: checkpoints of stages with state; and, within evaluate_bytes, the snapshots, headers, states kept at
    /// tiles and leaf of a request in reverse order or behind a reverse scan.
    pub checkpoint_bytes: u64,
    /// Bytes of the control area.
    pub control_bytes: u64,
    /// Bytes that stages hold on the host's heap, at most (plans of transforms).
    pub host_heap_bytes: u64,
    /// The least memory_budget_bytes that would do.
    pub min_budget_bytes: u64,
    /// Windows of a block; in classic mode the rows of the range.
    pub block: u64,
    /// Rows the cache holds.
    pub cache_rows: u64,
    /// Samples the ring of the first input holds; 0 where it has a source.
    pub input_capacity: u64,
    /// Windows between checkpoints; 0 without stages with state.
    pub checkpoint_every: u64,
    /// Stage work relative to making each row once, at most; above 1 in reverse order and behind reverse scans. It counts
    /// on no checkpoints: where there are some, less has to be made again.
    pub recompute_factor: f64,
    /// Checkpoints of each stage with state.
    pub checkpoint_slots: u64,
    /// Rows in reverse order or behind a reverse scan: snapshots held at a time.
    pub sweep_slots: u64,
    /// Rows of a tile: made and held together.
    pub sweep_leaf: u64,
    /// Rows made beyond one pass of every stage with state, counted once for each change of direction; as recompute_factor.
    pub sweep_extra: u64,
    /// Tiles at which states of reverse scans, and of what stands behind them, are kept; 0 where none have to be.
    pub sweep_tiles: u64,
    /// Passes over the rows in alternating directions, behind the first way ahead.
    pub sweep_passes: u64,
    /// Bytes of the file in spill_dir, beside work_bytes; 0: none.
    pub spill_bytes: u64,
}

/// What a pipeline did since it was made.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_stats {
    /// In: sizeof(sqs_stats).
    pub struct_size: u32,
    /// 1 while an evaluation begun with sqs_evaluate_begin is under way.
    pub evaluating: u32,
    /// High-water mark of the work area in bytes; never above plan_bytes.
    pub peak_bytes: u64,
    /// Bytes of the plan it was sealed with.
    pub plan_bytes: u64,
    /// Calls of stage functions.
    pub stage_calls: u64,
    /// Rows made by stages, all stages together.
    pub stage_rows: u64,
    /// Rows handed out by pull and evaluate.
    pub rows_out: u64,
    /// Calls of sources.
    pub source_calls: u64,
    /// Bytes read from sources.
    pub source_bytes: u64,
    /// Rows found in the row cache.
    pub cache_hits: u64,
    /// Rows looked for there and not found.
    pub cache_misses: u64,
    /// Stored things that failed their check, each counted once, when it was found: by use or by sqs_scrub.
    pub crc_failures: u64,
    /// Of these, those found when they were needed, which were then made again in the same call or the next ones. What
    /// sqs_scrub drops is none, but for constant tables, which it fills again.
    pub repairs: u64,
    /// Rows that stages made for repairs, of all stages, as often as they were made: for a checkpoint or a snapshot of a
    /// sweep those from the one below it up to where it stood (a snapshot that does not tell: up to the next tile); for a
    /// cached row those of its stage up to and with it (none where the rows come from a sweep); for a state kept at a tile
    /// all from there until the sweep is at the same tile of the same pass again; for a running job those up to where its
    /// stages stood. A row beyond, made in the same block, is not counted.
    pub recomputed_rows: u64,
    /// Bytes of the rows made by stages, all stages together.
    pub stage_bytes: u64,
    /// High-water mark of the file in spill_dir in bytes; never above sqs_plan_info.spill_bytes.
    pub spill_bytes: u64,
}

/// Samples that can be read at any position, again and again: a recorder file, a memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_source {
    /// sizeof(sqs_source).
    pub struct_size: u32,
    /// 0 or SQS_SOURCE_GROWING.
    pub flags: u32,
    /// Reads up to n samples from number first on into dst (n samples of room), sets *got to how many it read, at least
    /// one, and returns 0; or returns a code of its own that the error detail will show.
    pub read: sqs_source_read_fn,
    /// First argument. Stays the caller's, must outlive the pipeline.
    pub ctx: *mut c_void,
    /// Samples it has.
    pub samples: u64,
}

/// Where a restored pipeline goes on.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_resume {
    /// In: sizeof(sqs_resume).
    pub struct_size: u32,
    /// Inputs that there are.
    pub inputs: u32,
    /// Per input the next sample to push; of a source the samples it had when it was saved.
    pub next_sample: [u64; 8],
}
