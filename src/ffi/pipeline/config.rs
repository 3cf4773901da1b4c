//! The config of a pipeline: the struct, its defaults, and its parsed form.

use crate::checked;
use crate::digest::Digest;
use crate::dtype::Dtype;
use crate::ffi::elements::{SQS_OFF, dtype};
use crate::ffi::event::{Hook, sqs_event_fn};
use crate::ffi::handle::sqs_pipeline;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, versioned};
use crate::graph::{ChangeLimits, GraphLimits, InputSpec};
use crate::io::Clock;
use crate::limits::{AREA_ALIGN, DEFAULT_EDGES, DEFAULT_STAGES};
use crate::pipeline::{Pipeline, gap_bytes};
use crate::plan::{Mode, PlanOptions};
use crate::status::{Error, Result, Status};
use core::ffi::{c_char, c_void};
use core::mem::size_of;

/// @name Order of work of a pipeline
///
/// The planner chooses, per plan, the faster order within the budget. The rows are the same bits in either order.
pub const SQS_MODE_AUTO: u32 = 0;
/// Classic order: all rows of one stage, then all rows of the next, as array libraries do.
pub const SQS_MODE_CLASSIC: u32 = 1;
/// Sqrt order: blocks of consecutive windows run through all stages in small buffers.
pub const SQS_MODE_SQRT: u32 = 2;

/// Flag of sqs_config: the pipeline only streams.
///
/// Only the opened outputs are planned, at least one. Nothing is reserved for evaluations: requests and evaluations are
/// refused with #SQS_ERR_NOT_PLANNED, and the row cache is off. Without the flag, a plan without requests reserves
/// memory to evaluate every stage without consumers, in addition to the stream.
pub const SQS_STREAM_ONLY: u32 = 1;

/// Returns nanoseconds since any fixed time. Must not go back; need not be exact.
pub type sqs_clock_fn = Option<unsafe extern "C" fn(ctx: *mut c_void) -> u64>;

/// Configuration of a pipeline. Set up by sqs_config_init(); zero means the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_config {
    /// sizeof(sqs_config).
    pub struct_size: u32,
    /// 0 or #SQS_STREAM_ONLY.
    pub flags: u32,
    /// Samples of a window, at least 1. Required.
    pub window: u64,
    /// Samples from the start of a window to the start of the next, at least 1: below window, windows overlap; above,
    /// samples between them are skipped. Required.
    pub hop: u64,
    /// Element type of the samples, #SQS_I8 to #SQS_C32. Default: #SQS_F32.
    pub dtype: u32,
    /// Interleaved elements of a sample. Default: 1.
    pub channels: u32,
    /// #SQS_MODE_AUTO (default), #SQS_MODE_CLASSIC or #SQS_MODE_SQRT.
    pub mode: u32,
    /// Checkpoints kept of each stage with state: an even number up to 65536. Default: 32. After t windows they are at
    /// most 2 * t / checkpoint_slots windows apart (or checkpoint_every, if that is more).
    pub checkpoint_slots: u32,
    /// Windows between checkpoints of stages with state while the stream is short; as it grows, the checkpoint_slots
    /// checkpoints move apart. Default: one block. #SQS_OFF: no checkpoints.
    pub checkpoint_every: u64,
    /// Bytes of the row cache; the least recently used rows are dropped first. #SQS_OFF: none. Default: none, except in
    /// auto mode with a memory budget and requests for ranges of expensive rows: then what remains of the budget, up to
    /// a quarter of cpu_cache_bytes.
    pub row_cache_bytes: u64,
    /// Maximum size of the work area in bytes. Default and #SQS_OFF: no limit.
    pub memory_budget_bytes: u64,
    /// Processor cache in bytes: a block may use half of it, where that makes it faster. Blocks that carry more than
    /// that from one to the next may be larger. Default: 512 KiB.
    pub cpu_cache_bytes: u64,
    /// Samples that the buffer of the pushed input holds. Default: the samples of two blocks, see
    /// sqs_plan_info.input_capacity. To evaluate a pushed recording at once, set its length. A block has no more
    /// windows than the buffer can supply: a small one makes all buffers small, and needs more steps.
    pub input_capacity: u64,
    /// Maximum number of stages, up to 1024. Default: 16.
    pub max_stages: u32,
    /// Maximum number of edges of all stages, up to 4096. Default: 32.
    pub max_edges: u32,
    /// Bytes for lists of parameters of built-in stages, such as filter taps (8 bytes each). Default: 1024.
    pub param_bytes: u32,
    /// 0.
    pub reserved: u32,
    /// Directory for the rows of classic requests, or NULL: a classic plan over the budget is refused. The rows go to a
    /// file in this directory instead of the work area: without a memory budget always, with one where they exceed it.
    /// The file has no name and disappears with the pipeline; sealing reserves and maps all of it
    /// (sqs_plan_info.spill_bytes). sqs_pipeline_new() opens the directory and does not keep the text. Linux hosts
    /// only.
    pub spill_dir: *const c_char,
    /// Clock that times calls of stages for sqs_stage_stats() and sqs_step_budget(). Called twice per call of a stage
    /// and once per block. Default: NULL, nothing is timed.
    pub clock: sqs_clock_fn,
    /// First argument of clock. Not copied; must outlive the pipeline.
    pub clock_ctx: *mut c_void,
    /// Receives events: errors of calls, damage found, inputs that are full, missing samples. Called at the end of a
    /// call, at most twice, and never from within another callback; a call on the same handle returns
    /// #SQS_ERR_REENTRANT to it. Default: NULL, none.
    pub event: sqs_event_fn,
    /// First argument of event. Not copied; must outlive the pipeline.
    pub event_ctx: *mut c_void,
    /// Value of the missing samples of "input", if their type is an integer: see sqs_push_gap(). Default: 0.
    pub gap_fill: i64,
    /// Gaps of pushed inputs that are held at a time, of all inputs together, up to 65536; 24 bytes of the control area
    /// each. Default: 0, sqs_push_gap() is refused.
    pub max_gaps: u32,
    /// 0.
    pub reserved2: u32,
    /// Changes of parameters that are held at a time, up to 4096: see sqs_stage_params(). Default: 0, parameters cannot
    /// change, which needs no memory.
    pub max_param_changes: u32,
    /// Bytes for the lists of parameters of one change. Default: param_bytes.
    pub param_change_bytes: u32,
}
versioned!(sqs_config, checkpoint_slots: u32);

/// Cache size that blocks should fit by default: the L2 of a small processor.
const DEFAULT_CACHE: u64 = 512 << 10;
const DEFAULT_PARAM_BYTES: usize = 1024;
const DEFAULT_CHECKPOINTS: u32 = 32;
const MAX_CHECKPOINTS: u32 = 1 << 16;
const MAX_STAGES: u32 = 1024;
const MAX_EDGES: u32 = 4096;
const MAX_GAPS: u32 = 1 << 16;
const MAX_CHANGES: u32 = 4096;

/// A config with its defaults filled in.
pub(super) struct ParsedConfig {
    pub(super) input: InputSpec<'static>,
    pub(super) options: PlanOptions,
    pub(super) limits: GraphLimits,
    pub(super) param_bytes: usize,
    /// Value of missing samples of the first input, and room for gaps.
    pub(super) gap_fill: i64,
    pub(super) max_gaps: usize,
    pub(super) changes: ChangeLimits,
    /// Bytes of the control area.
    pub(super) control: usize,
    /// The directory of spill files, or NULL.
    pub(super) spill_dir: *const c_char,
    pub(super) clock: Option<CClock>,
    pub(super) hook: Hook,
}

/// A clock of the caller.
#[derive(Clone, Copy)]
pub(super) struct CClock {
    now: unsafe extern "C" fn(*mut c_void) -> u64,
    ctx: *mut c_void,
}

impl Clock for CClock {
    fn now(&self) -> u64 {
        // SAFETY: the caller's function with its context.
        unsafe { (self.now)(self.ctx) }
    }

    fn digest(&self, sum: &mut Digest) {
        sum.sizes([self.now as usize, self.ctx.addr()]);
    }
}

fn bad(text: &'static str) -> Error {
    Error::new(Status::Argument, text)
}

fn or(value: u32, default: u32) -> u32 {
    if value == 0 { default } else { value }
}

pub(super) fn parse(config: *const sqs_config) -> Result<ParsedConfig> {
    let c = structs::read(config)?;
    structs::known("sqs_config.flags", c.flags, SQS_STREAM_ONLY)?;
    structs::known("sqs_config.reserved", c.reserved, 0)?;
    structs::known("sqs_config.reserved2", c.reserved2, 0)?;
    let (stages, edges) = (or(c.max_stages, DEFAULT_STAGES), or(c.max_edges, DEFAULT_EDGES));
    for (text, given, max) in [
        ("sqs_config: max_stages is {a}, but at most {b}", stages, MAX_STAGES),
        ("sqs_config: max_edges is {a}, but at most {b}", edges, MAX_EDGES),
        ("sqs_config: max_gaps is {a}, but at most {b}", c.max_gaps, MAX_GAPS),
        ("sqs_config: max_param_changes is {a}, but at most {b}", c.max_param_changes, MAX_CHANGES),
    ] {
        if given > max {
            return Err(bad(text).a(given).b(max));
        }
    }
    let limits = GraphLimits { stages: stages as usize, edges: edges as usize };
    let param_bytes = if c.param_bytes == 0 { DEFAULT_PARAM_BYTES } else { c.param_bytes as usize };
    let change_bytes = if c.param_change_bytes == 0 { param_bytes } else { c.param_change_bytes as usize };
    let changes = ChangeLimits { changes: c.max_param_changes as usize, bytes: change_bytes };
    let max_gaps = c.max_gaps as usize;
    let param_bytes = checked::add(checked::align_up(param_bytes, AREA_ALIGN)?, gap_bytes(max_gaps)?)?;
    let options = plan_options(&c)?;
    let input = InputSpec {
        name: "input",
        dtype: dtype(c.dtype, Some(Dtype::F32))?,
        channels: or(c.channels, 1),
        window: c.window,
        hop: c.hop,
        capacity: c.input_capacity,
    };
    if input.window == 0 || input.hop == 0 {
        return Err(bad("sqs_config: window is {a} and hop is {b}, but both must be at least 1").a(c.window).b(c.hop));
    }
    let control = Pipeline::control_bytes_with(limits, changes, param_bytes, size_of::<sqs_pipeline>())?;
    let clock = c.clock.map(|now| CClock { now, ctx: c.clock_ctx });
    let hook = Hook::new(c.event, c.event_ctx);
    Ok(ParsedConfig {
        input,
        options,
        limits,
        param_bytes,
        gap_fill: c.gap_fill,
        max_gaps,
        changes,
        control,
        spill_dir: c.spill_dir,
        clock,
        hook,
    })
}

fn plan_options(c: &sqs_config) -> Result<PlanOptions> {
    Ok(PlanOptions {
        mode: match c.mode {
            SQS_MODE_AUTO => Mode::Auto,
            SQS_MODE_CLASSIC => Mode::Classic,
            SQS_MODE_SQRT => Mode::Sqrt,
            other => return Err(bad("sqs_config: mode is {a}, but must be one of SQS_MODE_*, 0 to 2").a(other)),
        },
        budget: if c.memory_budget_bytes == 0 { u64::MAX } else { c.memory_budget_bytes },
        cache_bytes: if c.cpu_cache_bytes == 0 { DEFAULT_CACHE } else { c.cpu_cache_bytes },
        lru_bytes: if c.row_cache_bytes == SQS_OFF { 0 } else { c.row_cache_bytes },
        checkpoint_every: c.checkpoint_every,
        checkpoint_slots: match (c.checkpoint_every, c.checkpoint_slots) {
            (SQS_OFF, _) => 0,
            (_, 0) => DEFAULT_CHECKPOINTS,
            (_, n) if n.is_multiple_of(2) && n <= MAX_CHECKPOINTS => n,
            (_, n) => {
                return Err(bad("sqs_config: checkpoint_slots is {a}, not an even number up to {b}")
                    .a(n)
                    .b(MAX_CHECKPOINTS));
            }
        },
        sweep: None,
        choose_lru: c.mode == SQS_MODE_AUTO && c.row_cache_bytes == 0,
        spill: !c.spill_dir.is_null(),
        stream_only: c.flags & SQS_STREAM_ONLY != 0,
    })
}

/// Fills a config with zeros, which mean the defaults, and sets its struct_size.
///
/// Then set window and hop, and whatever differs from the defaults. May be called from callbacks.
///
/// @param[out] config       the config
/// @param[in]  struct_size  sizeof(sqs_config), as the caller's compiler sees it
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     config is NULL or misaligned
/// @retval SQS_ERR_STRUCT_SIZE  struct_size is smaller than version 1 of the struct, or above 64 KiB
/// @see sqs_config_host_defaults()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_config_init(config: *mut sqs_config, struct_size: usize) -> sqs_status {
    structs::init(config, struct_size)
}
