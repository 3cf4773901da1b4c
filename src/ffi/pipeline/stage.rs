//! Stages with a function of the caller.

use super::callbacks::outcome;
use crate::digest::Digest;
use crate::ffi::elements::dtype;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::{Call, Region};
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, Out, versioned};
use crate::graph::Needs;
use crate::graph::{Boundary, EdgeSpec};
use crate::kernel::{Code, EdgeRows, Kernel, KernelBox, RowShape, StageIo, StageSpec};
use crate::limits::{MAX_FAN_IN, NAME_LEN};
use crate::series::{Axis, Series, Unit};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::{c_char, c_void};
use core::mem::size_of;

/// @name Rows before the first and after the last row
///
/// Zeros.
pub const SQS_BOUNDARY_ZERO: u32 = 0;
/// Copies of the first or last row.
pub const SQS_BOUNDARY_CLAMP: u32 = 1;

/// @name Flags of a stage
///
/// A reverse scan: the state runs from the last row to the first. state_bytes must be at least 1.
pub const SQS_STAGE_REVERSE: u32 = 1;
/// The rows are those of the first edge, computed element by element or filtered: same step, channels and unit, and
/// bins stay bins. row_step and row_channels must be 0.
pub const SQS_STAGE_KEEPS_SERIES: u32 = 2;
/// The elements of a row are bins of a spectrum or a histogram, not samples in time.
pub const SQS_STAGE_BINS: u32 = 4;
/// The stage needs rows of consecutive samples on all edges. Rows that overlap or skip samples, and bins, are refused.
pub const SQS_STAGE_NEEDS_CONSECUTIVE: u32 = 8;
/// The stage needs rows of one channel on all edges. Rows with interleaved channels are refused.
pub const SQS_STAGE_NEEDS_ONE_CHANNEL: u32 = 16;

/// @name Units of elements
///
/// Not known, or none of those below.
pub const SQS_UNIT_OTHER: u32 = 0;
/// Samples, or what is linear in them: the unit of inputs.
pub const SQS_UNIT_SAMPLES: u32 = 1;
/// Amplitudes without a sign, such as the magnitudes of a spectrum.
pub const SQS_UNIT_MAGNITUDE: u32 = 2;
/// Squares of amplitudes, and their sums. The kinds energy and rms, which would square them again, refuse them.
pub const SQS_UNIT_POWER: u32 = 3;

/// An edge of a stage: row t of the stage reads rows t * stride - lookback to t * stride + lookahead of another node.
///
/// Has no struct_size, because edges come in arrays; it never changes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_edge_desc {
    /// Node to read: "input", the name of an additional input, or of a stage registered before.
    pub name: *const c_char,
    /// Rows before the stage's own.
    pub lookback: u32,
    /// Rows after the stage's own.
    pub lookahead: u32,
    /// Rows outside of the range: #SQS_BOUNDARY_ZERO or #SQS_BOUNDARY_CLAMP.
    pub boundary: u32,
    /// 0.
    pub reserved: u32,
}

/// Rows of one edge in a call of a stage. Read them with #SQS_ROW.
#[repr(C)]
pub struct sqs_edge_rows {
    /// Row that belongs to the first output row of the call. lookback rows come before it.
    pub base: *const c_void,
    /// Bytes from the start of a row to the start of the next; less than a row for an input with overlapping windows.
    pub row_stride_bytes: usize,
    /// Rows that may be read before base.
    pub lookback: usize,
    /// Rows that may be read after the row of the last output row.
    pub lookahead: usize,
    /// Elements of a row; of an input, window times channels.
    pub len: usize,
    /// Element type.
    pub dtype: u32,
    /// Rows of this edge per output row: the stride of the stage.
    pub stride: u32,
}

/// Input and output of one call of a stage. Valid during the call.
#[repr(C)]
pub struct sqs_stage_io {
    /// sizeof(sqs_stage_io) of the library.
    pub struct_size: u32,
    /// Number of edges.
    pub edge_count: u32,
    /// Number of the first row to compute.
    pub first: u64,
    /// Number of rows to compute.
    pub rows: usize,
    /// The edges, in the order of registration.
    pub edges: *const sqs_edge_rows,
    /// Output: rows * len elements, in ascending order of rows, without gaps.
    pub out: *mut c_void,
    /// State of a scan. In: after row first - 1; out: after row first + rows - 1. Reverse scan: in: after row first +
    /// rows; out: after row first. NULL without state.
    pub state: *mut c_void,
    /// Scratch memory of scratch_bytes, with undefined content; NULL without scratch.
    pub scratch: *mut c_void,
}

/// Computes rows of a stage. Returns 0, or a code of its own, which the error detail shows.
pub type sqs_stage_run_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, io: *const sqs_stage_io) -> i32>;

/// Sets the state of a scan before its first row. Returns 0, or a code of its own, which the error detail shows.
pub type sqs_state_init_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, state: *mut c_void) -> i32>;

/// A stage with a function of the caller. Zero the struct first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_stage_desc {
    /// sizeof(sqs_stage_desc).
    pub struct_size: u32,
    /// 0, or #SQS_STAGE_REVERSE and other flags of a stage.
    pub flags: u32,
    /// Name, 1 to #SQS_NAME_LEN bytes, not used by another stage or input; copied.
    pub name: *const c_char,
    /// Computes rows. Required. A row must not depend on how rows are grouped into calls or on the order of calls.
    pub run: sqs_stage_run_fn,
    /// Sets the state before the first row; of a reverse scan, after the last row. NULL: zeros.
    pub state_init: sqs_state_init_fn,
    /// First argument of run and state_init, for parameters. Not copied; must outlive the pipeline.
    pub ctx: *mut c_void,
    /// Edges; copied.
    pub edges: *const sqs_edge_desc,
    /// Number of edges, 1 to #SQS_MAX_FAN_IN.
    pub edge_count: u32,
    /// Element type of the rows, #SQS_I8 to #SQS_C32. Required.
    pub dtype: u32,
    /// Elements of a row, at least 1.
    pub len: u32,
    /// Input rows per output row; 0 means 1. n input rows give ceil(n / stride) rows: the last row exists even if its
    /// stride is incomplete.
    pub stride: u32,
    /// Bytes of state; above 0 the stage is a scan. The state is plain data: it is copied, stored and compared.
    pub state_bytes: u32,
    /// Alignment of the state, a power of two up to 64; 0: 8.
    pub state_align: u32,
    /// Bytes of scratch memory for a call.
    pub scratch_bytes: u32,
    /// Alignment of the scratch memory, a power of two up to 64; 0: 8.
    pub scratch_align: u32,
    /// Number of the caller's that changes whenever the parameters in ctx change. Checkpoints with another revision are
    /// refused.
    pub revision: u32,
    /// Size of the words of the state in bytes: 1, 2, 4 or 8; saved states can then be read on machines of either byte
    /// order. 0: several sizes, or unknown; saved states are read on machines of the same byte order only.
    pub state_word: u32,
    /// Estimated time of a row in nanoseconds, for the planner. Affects neither rows nor saved states. 0: unknown,
    /// estimated from the bytes read and written.
    pub cost_ns_per_row: u64,
    /// Samples from the start of a row to the start of the next: less than a row has where rows overlap, more where
    /// samples between them are skipped. 0: as many as a row has (len / row_channels), so that rows are consecutive.
    pub row_step: u64,
    /// Interleaved channels in a row: elements of a sample. 0: 1.
    pub row_channels: u32,
    /// Unit of the elements, #SQS_UNIT_OTHER to #SQS_UNIT_POWER; with #SQS_STAGE_KEEPS_SERIES, 0 is that of the edge.
    pub row_unit: u32,
}
versioned!(sqs_stage_desc, state_word: u32);

/// NULL for an empty area.
fn or_null(bytes: &mut [u8]) -> *mut c_void {
    if bytes.is_empty() { core::ptr::null_mut() } else { bytes.as_mut_ptr().cast() }
}

/// A stage of the caller.
#[derive(Clone, Copy)]
struct CStage {
    run: unsafe extern "C" fn(*mut c_void, *const sqs_stage_io) -> i32,
    init: sqs_state_init_fn,
    ctx: *mut c_void,
}

impl Kernel for CStage {
    fn digest(&self, sum: &mut Digest) {
        sum.sizes([self.run as usize, self.init.map_or(0, |i| i as usize), self.ctx.addr()]);
    }

    fn with_context<'x>(&self, context: *mut c_void) -> Option<KernelBox<'x>> {
        Some(KernelBox::new(CStage { ctx: context, ..*self }))
    }

    fn state_init(&self, state: &mut [u8]) -> Result<(), Code> {
        state.fill(0);
        // SAFETY: the caller's function with its context; the state has the declared size and alignment.
        self.init.map_or(Ok(()), |init| outcome(unsafe { init(self.ctx, state.as_mut_ptr().cast()) }))
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let none = EdgeRows::NONE;
        let mut edges: [sqs_edge_rows; MAX_FAN_IN] = core::array::from_fn(|i| {
            let e = io.edges.get(i).unwrap_or(&none);
            let own = e.lookback.sat_mul(e.row_stride);
            sqs_edge_rows {
                base: e.bytes.get(own..).unwrap_or(&[]).as_ptr().cast(),
                row_stride_bytes: e.row_stride,
                lookback: e.lookback,
                lookahead: e.lookahead,
                len: e.shape.len,
                dtype: e.shape.dtype as u32,
                stride: u32::try_from(e.step).unwrap_or(u32::MAX),
            }
        });
        let view = sqs_stage_io {
            struct_size: size_of::<sqs_stage_io>() as u32,
            edge_count: u32::try_from(io.edges.len()).unwrap_or(0),
            first: io.first,
            rows: io.rows,
            edges: edges.as_mut_ptr(),
            out: io.out.as_mut_ptr().cast(),
            state: or_null(io.state),
            scratch: or_null(io.scratch),
        };
        // SAFETY: the caller's function with its context; the view is valid during the call.
        outcome(unsafe { (self.run)(self.ctx, &raw const view) })
    }
}

const NO_EDGE: EdgeSpec<'static> = EdgeSpec { name: "", lookback: 0, lookahead: 0, boundary: Boundary::Zero };

/// Edges of a stage, parsed.
pub(super) struct Edges<'a> {
    all: [EdgeSpec<'a>; MAX_FAN_IN],
    count: usize,
}

impl<'a> Edges<'a> {
    /// Reads the edges of a stage.
    ///
    /// # Safety
    /// `edges` points to `count` edges whose names outlive `'a`.
    pub(super) unsafe fn read(call: &Call<'_>, edges: *const sqs_edge_desc, count: u32) -> Result<Self> {
        let mut read = Edges { all: [NO_EDGE; MAX_FAN_IN], count: count as usize };
        if read.count == 0 || read.count > MAX_FAN_IN {
            return Err(Error::new(Status::Argument, "sqs_stage_desc: edge_count is {b}: a stage has 1 to {a} edges")
                .a(MAX_FAN_IN)
                .b(count));
        }
        call.reads(Region::array("edges", edges, read.count))?;
        // SAFETY: by the contract of this function.
        let given = unsafe { structs::array("edges", edges, read.count)? };
        for (spec, e) in read.all.iter_mut().zip(given) {
            let boundary =
                match e.boundary {
                    SQS_BOUNDARY_ZERO => Boundary::Zero,
                    SQS_BOUNDARY_CLAMP => Boundary::Clamp,
                    other => return Err(Error::new(
                        Status::Argument,
                        "sqs_edge_desc.boundary is {a}, but must be SQS_BOUNDARY_ZERO (0) or SQS_BOUNDARY_CLAMP (1)",
                    )
                    .a(other)),
                };
            structs::known("sqs_edge_desc.reserved", e.reserved, 0)?;
            // SAFETY: as above.
            let name = unsafe { structs::name_apart(call, "sqs_edge_desc.name", e.name, NAME_LEN)? };
            *spec = EdgeSpec { name, lookback: e.lookback, lookahead: e.lookahead, boundary };
        }
        Ok(read)
    }

    pub(super) fn list(&self) -> &[EdgeSpec<'a>] {
        self.all.get(..self.count).unwrap_or(&[])
    }
}

/// Returns the number of a stage or input to the caller.
pub(super) fn write_id(id: Out<u32>, value: usize) -> Result<Status> {
    id.set(u32::try_from(value).unwrap_or(u32::MAX));
    Ok(Status::Ok)
}

/// All flags.
const FLAGS: u32 = SQS_STAGE_REVERSE
    | SQS_STAGE_KEEPS_SERIES
    | SQS_STAGE_BINS
    | SQS_STAGE_NEEDS_CONSECUTIVE
    | SQS_STAGE_NEEDS_ONE_CHANNEL;

/// Sets what the caller declares of the rows as a series.
fn series(d: &sqs_stage_desc, spec: &mut StageSpec<'_>) -> Result<()> {
    let wrong = |text| Err(Error::new(Status::Argument, text).a(d.len).b(d.row_channels));
    let channels = d.row_channels.max(1);
    if d.len.checked_rem(channels) != Some(0) {
        return wrong("sqs_stage_desc: len {a} is not a multiple of row_channels {b}");
    }
    let unit = match d.row_unit {
        SQS_UNIT_OTHER => Unit::Other,
        SQS_UNIT_SAMPLES => Unit::Samples,
        SQS_UNIT_MAGNITUDE => Unit::Magnitude,
        SQS_UNIT_POWER => Unit::Power,
        _ => {
            return Err(Error::new(Status::Argument, "sqs_stage_desc: row_unit {a} is unknown: use one of SQS_UNIT_*")
                .a(d.row_unit));
        }
    };
    let keeps = d.flags & SQS_STAGE_KEEPS_SERIES != 0;
    if keeps && (d.row_step != 0 || d.row_channels != 0 || d.flags & SQS_STAGE_BINS != 0) {
        return wrong(
            "sqs_stage_desc: with SQS_STAGE_KEEPS_SERIES, row_step, row_channels and SQS_STAGE_BINS must be 0",
        );
    }
    let len = spec.shape.len;
    let new = Series::interleaved(len, channels as usize);
    let step = if d.row_step == 0 { new.step } else { d.row_step };
    let axis = if d.flags & SQS_STAGE_BINS != 0 { Axis::Bins } else { Axis::Time };
    spec.series = Series { step, axis, unit, ..new };
    if keeps || spec.series != Series::new(len) {
        let mut digest = Digest::default();
        digest.words([u64::from(d.flags & !SQS_STAGE_REVERSE), d.row_step, channels.into(), d.row_unit.into()]);
        spec.declared = digest.value();
    }
    Ok(())
}

/// Registers a stage whose rows a function of the caller computes. Before seal. Does not allocate.
///
/// @param[in]  pipeline  handle
/// @param[in]  desc      description; copied with all that it points to, except what ctx points to
/// @param[out] id        number of the stage
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, a pointer is NULL, run is NULL, len is 0, an element type or
///                              boundary does not exist, the number of edges is out of range, an alignment is not a
///                              power of two up to 64, #SQS_STAGE_REVERSE without state, len is not a multiple of
///                              row_channels, row_unit does not exist, or #SQS_STAGE_KEEPS_SERIES with a field that it
///                              excludes
/// @retval SQS_ERR_NAME         the name is already used, empty or too long, or an edge names the stage itself, a later
///                              stage or nothing
/// @retval SQS_ERR_GRAPH        edges with different numbers of windows per row, an edge without what a flag needs, or
///                              rows that cannot keep the channels of the first edge
/// @retval SQS_ERR_LIMIT        max_stages or max_edges is reached, or the direction of scans changes too often between
///                              an input and this stage
/// @retval SQS_ERR_OVERFLOW     a row does not fit the address space
/// @retval SQS_ERR_STATE        the pipeline is sealed
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  desc->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
/// @retval SQS_ERR_REENTRANT    called from a callback of this handle
/// @retval SQS_ERR_POISONED     the handle is poisoned
/// @see sqs_stage_register_builtin()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_register(
    pipeline: *mut sqs_pipeline,
    desc: *const sqs_stage_desc,
    id: *mut u32,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::value("id", id)], &[Region::structure("desc", desc)])?;
        let id = Out::new("id", id)?;
        let d = structs::read(desc)?;
        structs::known("sqs_stage_desc.flags", d.flags, FLAGS)?;
        let run = d.run.ok_or_else(|| Error::new(Status::Argument, "sqs_stage_desc: run is NULL"))?;
        let dtype = dtype(d.dtype, None)?;
        // SAFETY: the caller gives a C string and edge_count edges.
        let (name, edges) = unsafe {
            (structs::name_apart(call, "name", d.name, NAME_LEN)?, Edges::read(call, d.edges, d.edge_count)?)
        };
        let shape = RowShape { dtype, len: d.len as usize };
        let mut spec = StageSpec::new(CStage { run, init: d.state_init, ctx: d.ctx }, shape);
        spec.state_bytes = d.state_bytes as usize;
        spec.state_align = if d.state_align == 0 { 8 } else { d.state_align as usize };
        spec.state_word = d.state_word as usize;
        spec.reverse = d.flags & SQS_STAGE_REVERSE != 0;
        spec.stride = d.stride.max(1);
        spec.scratch_bytes = d.scratch_bytes as usize;
        spec.scratch_align = if d.scratch_align == 0 { 8 } else { d.scratch_align as usize };
        spec.revision = d.revision;
        spec.cost_ns = d.cost_ns_per_row;
        series(&d, &mut spec)?;
        let needs = Needs {
            consecutive: d.flags & SQS_STAGE_NEEDS_CONSECUTIVE != 0,
            one_channel: d.flags & SQS_STAGE_NEEDS_ONE_CHANNEL != 0,
        };
        core.check_needs(name, edges.list(), needs)?;
        if d.flags & SQS_STAGE_KEEPS_SERIES != 0 {
            spec.series = core.kept_series(name, edges.list(), &spec)?;
        }
        write_id(id, core.add_stage(name, edges.list(), spec)?)
    })
}

/// Finds the number of a stage by its name.
///
/// @param[in]  pipeline  handle
/// @param[in]  name      name of the stage
/// @param[out] id        number of the stage
/// @retval SQS_OK
/// @retval SQS_ERR_NAME       no stage has this name, or it is too long or not UTF-8
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, or a pointer is NULL
/// @retval SQS_ERR_ALIGN      id is misaligned
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_find(pipeline: *mut sqs_pipeline, name: *const c_char, id: *mut u32) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::value("id", id)], &[])?;
        let id = Out::new("id", id)?;
        // SAFETY: the caller gives a C string.
        let name = unsafe { structs::name_apart(call, "name", name, NAME_LEN)? };
        write_id(id, core.find_stage(name)?)
    })
}
