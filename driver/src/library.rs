//! The library, as this program sees it: a safe wrapper over its C functions. All `unsafe` of the program is here, and
//! nothing else in it touches the library (a test holds both).

use core::ffi::{CStr, c_char, c_void};
use rustfft::num_complex::Complex32;
use sqrtspace::ffi::*;
use std::any::Any;
use std::ffi::CString;
use std::fmt;
use std::ptr::NonNull;

/// A call that failed: what the library says about it.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The status, below zero.
    pub(crate) status: i32,
    /// The line of English for the status.
    pub(crate) meaning: String,
    /// The detail, or what a source of this program has to say.
    pub(crate) detail: String,
}

impl Failure {
    fn new(status: i32, detail: String) -> Failure {
        // SAFETY: the text is static and never NULL.
        let meaning = unsafe { CStr::from_ptr(sqs_status_text(status)) };
        Failure { status, meaning: meaning.to_string_lossy().into_owned(), detail }
    }

    /// True where the memory budget was too small.
    pub(crate) fn is_budget(&self) -> bool {
        self.status == SQS_ERR_BUDGET
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (status {})", self.meaning, self.status)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

type Result<T> = std::result::Result<T, Failure>;

/// The order in which the library works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Mode {
    /// The planner picks.
    Auto,
    /// Stage by stage over the whole range, as array libraries do it.
    Classic,
    /// Block by block through all stages, in small buffers.
    Sqrt,
}

impl Mode {
    /// As it is written on the command line and in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Mode::Auto => "auto",
            Mode::Classic => "classic",
            Mode::Sqrt => "sqrt",
        }
    }
}

/// What a pipeline is made with; 0 leaves a number to the library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Config {
    pub(crate) window: u64,
    pub(crate) hop: u64,
    /// Interleaved numbers in a sample: 2 for IQ.
    pub(crate) channels: u32,
    pub(crate) mode: Mode,
    pub(crate) checkpoint_every: u32,
    pub(crate) lru_bytes: u64,
    pub(crate) memory_budget_bytes: u64,
    pub(crate) cache_bytes: u64,
    /// Budget and cache come from this machine, where they are 0.
    pub(crate) from_host: bool,
    /// Where classic rows may go.
    pub(crate) spill_dir: Option<&'static CStr>,
    /// Nanoseconds of a row, by the names of stages.
    pub(crate) costs: Costs,
    /// Only so many samples of each source, read beforehand: to time stages, not sources. 0: as they come.
    pub(crate) held: u64,
}

/// The first samples of a source, in memory.
struct Held {
    samples: Vec<f32>,
    channels: usize,
}

impl Held {
    fn of(mut source: Box<dyn Samples>, most: u64) -> std::result::Result<Held, String> {
        let (count, channels) = (source.count().min(most), source.channels());
        let mut samples = vec![0.0; count as usize * channels];
        let mut at = 0;
        while at < count {
            at += source.read(at, &mut samples[at as usize * channels..])? as u64;
        }
        Ok(Held { samples, channels })
    }
}

impl Samples for Held {
    fn count(&self) -> u64 {
        (self.samples.len() / self.channels) as u64
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn read(&mut self, first: u64, room: &mut [f32]) -> std::result::Result<usize, String> {
        let from = &self.samples[first as usize * self.channels..];
        let n = from.len().min(room.len());
        room[..n].copy_from_slice(&from[..n]);
        Ok(n / self.channels)
    }
}

impl Config {
    /// All defaults.
    pub(crate) fn of(window: u64, hop: u64) -> Config {
        Config {
            window,
            hop,
            channels: 1,
            mode: Mode::Auto,
            checkpoint_every: 0,
            lru_bytes: 0,
            memory_budget_bytes: 0,
            cache_bytes: 0,
            from_host: false,
            spill_dir: None,
            costs: &[],
            held: 0,
        }
    }
}

/// Stages by name, and what a row of each takes in nanoseconds.
pub(crate) type Costs = &'static [(CString, u64)];

/// A stage as it was registered.
#[derive(Clone)]
pub(crate) struct Registered {
    pub(crate) name: CString,
    /// Stages it reads.
    pub(crate) reads: Vec<CString>,
    /// Rows it reads for one of its own.
    pub(crate) stride: u64,
}

/// A plan in figures.
#[derive(Clone, Copy)]
pub(crate) struct Plan(sqs_plan_info);

impl Plan {
    /// The mode chosen.
    pub(crate) fn mode(&self) -> Mode {
        if self.0.mode == SQS_MODE_CLASSIC { Mode::Classic } else { Mode::Sqrt }
    }
}

impl std::ops::Deref for Plan {
    type Target = sqs_plan_info;
    fn deref(&self) -> &sqs_plan_info {
        &self.0
    }
}

/// What a pipeline did.
pub(crate) type Stats = sqs_stats;

/// Samples of this program, read by the library.
pub(crate) trait Samples {
    /// How many there are.
    fn count(&self) -> u64;
    /// Numbers in a sample.
    fn channels(&self) -> usize {
        1
    }
    /// Reads samples from number `first` on and says how many: at least one, at most as many as there is room for.
    fn read(&mut self, first: u64, room: &mut [f32]) -> std::result::Result<usize, String>;
}

struct Hook {
    samples: Box<dyn Samples>,
    complaint: String,
}

unsafe extern "C" fn read_hook(ctx: *mut c_void, first: u64, dst: *mut c_void, n: usize, got: *mut usize) -> i32 {
    // SAFETY: ctx is the Hook given with this function; the library gives room for n samples and a place for the count,
    // and calls from one thread at a time.
    let (hook, room, got) = unsafe { (&mut *ctx.cast::<Hook>(), dst.cast::<f32>(), &mut *got) };
    // SAFETY: as above; a sample has as many numbers as the input has channels, which `source` checked.
    let room = unsafe { std::slice::from_raw_parts_mut(room, n * hook.samples.channels()) };
    match hook.samples.read(first, room) {
        Ok(count) => {
            *got = count;
            0
        }
        Err(complaint) => {
            hook.complaint = complaint;
            1
        }
    }
}

/// Puts the rows of its edges side by side, as `f32`: several results of a pipeline come out in one pass.
unsafe extern "C" fn join(_: *mut c_void, io: *const sqs_stage_io) -> i32 {
    // SAFETY: the library gives edges and room as registered, valid during the call.
    let (io, edges) = unsafe { (&*io, std::slice::from_raw_parts((*io).edges, (*io).edge_count as usize)) };
    let row_len: usize = edges.iter().map(|e| e.len).sum();
    // SAFETY: as above: `rows` rows of `row_len` elements, as the stage was registered with.
    let out = unsafe { std::slice::from_raw_parts_mut(io.out.cast::<f32>(), io.rows * row_len) };
    let mut column = 0;
    for edge in edges {
        for i in 0..io.rows {
            // SAFETY: row i of an edge without halo lies i strides behind its base.
            let row = unsafe { edge.base.byte_add(i * edge.row_stride_bytes) };
            for k in 0..edge.len {
                // SAFETY: the row has `len` elements of type `dtype`.
                out[i * row_len + column + k] = unsafe {
                    match edge.dtype {
                        SQS_F32 => *row.cast::<f32>().add(k),
                        SQS_U32 => *row.cast::<u32>().add(k) as f32,
                        SQS_U8 => f32::from(*row.cast::<u8>().add(k)),
                        _ => return 1,
                    }
                };
            }
        }
        column += edge.len;
    }
    0
}

/// A stage of this program: its function, called through the library with `f32` rows to fill, one at a time.
pub(crate) trait Custom: 'static {
    /// Fills row `t` from the rows it sees; must make the same row whatever was made before, but for the state.
    fn row(&self, t: u64, sees: Sight<'_>, made: &mut Made<'_>);
}

/// The rows that a row of a stage sees.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'a> {
    edges: &'a [sqs_edge_rows],
    row: usize,
}

/// What a row of a stage is made in.
pub(crate) struct Made<'a> {
    /// The row.
    pub(crate) out: &'a mut [f32],
    /// The state that the row before left.
    pub(crate) state: &'a mut [f64],
    /// Room to work in, with anything in it.
    pub(crate) scratch: &'a mut [f32],
}

impl<'a> Sight<'a> {
    fn place<T>(self, edge: usize, offset: isize, dtype: u32) -> &'a [T] {
        let e = &self.edges[edge];
        let (back, ahead) = (-(e.lookback as isize), e.lookahead as isize);
        assert!(e.dtype == dtype && (back..=ahead).contains(&offset), "edge {edge} has no such row");
        let at = (self.row * e.step as usize) as isize + offset;
        // SAFETY: type and place were checked; the row has `len` elements and lives as long as the call of the stage.
        unsafe {
            let row = e.base.byte_offset(at * e.row_stride_bytes as isize);
            std::slice::from_raw_parts(row.cast::<T>(), e.len)
        }
    }

    /// The row of `f32` at an offset from the stage's own row.
    pub(crate) fn row(self, edge: usize, offset: isize) -> &'a [f32] {
        self.place(edge, offset, SQS_F32)
    }

    /// The row of counts at an offset.
    pub(crate) fn counts(self, edge: usize, offset: isize) -> &'a [u32] {
        self.place(edge, offset, SQS_U32)
    }
}

/// Pairs of numbers as complex ones.
pub(crate) fn complex(pairs: &mut [f32]) -> &mut [Complex32] {
    // SAFETY: a complex number is two f32 without padding (repr(C)), aligned as they are.
    unsafe { std::slice::from_raw_parts_mut(pairs.as_mut_ptr().cast(), pairs.len() / 2) }
}

/// A stage of this program with the sizes it was registered with.
struct Hosted<C> {
    stage: C,
    shape: Shape,
}

/// What a stage of this program needs.
#[derive(Clone, Copy, Default)]
pub(crate) struct Shape {
    /// Numbers in a row.
    pub(crate) len: usize,
    /// Rows of its edges per row; 0 and 1: one each.
    pub(crate) stride: u32,
    /// Numbers of its state.
    pub(crate) state: usize,
    /// Numbers of its scratch.
    pub(crate) scratch: usize,
}

unsafe extern "C" fn run_custom<C: Custom>(ctx: *mut c_void, io: *const sqs_stage_io) -> i32 {
    // SAFETY: ctx is the Hosted<C> registered with this function, which outlives the pipeline; the library gives edges,
    // rows, state and scratch as registered, aligned to 8 bytes at least, none overlapping another.
    unsafe {
        let (hosted, io) = (&*ctx.cast::<Hosted<C>>(), &*io);
        let edges = std::slice::from_raw_parts(io.edges, io.edge_count as usize);
        for row in 0..io.rows {
            let mut made = Made {
                out: lent(io.out.cast::<f32>().wrapping_add(row * hosted.shape.len), hosted.shape.len),
                state: lent(io.state.cast::<f64>(), hosted.shape.state),
                scratch: lent(io.scratch.cast::<f32>(), hosted.shape.scratch),
            };
            hosted.stage.row(io.first + row as u64, Sight { edges, row }, &mut made);
        }
    }
    0
}

/// A slice of the library's memory; NULL where there is nothing.
unsafe fn lent<'a, T>(start: *mut T, len: usize) -> &'a mut [T] {
    // SAFETY: the caller vouches for `len` elements.
    if len == 0 { &mut [] } else { unsafe { std::slice::from_raw_parts_mut(start, len) } }
}

/// An edge: the rows of an input or a stage that a stage sees. Rows beyond the ends are zeros, or the end row again.
#[derive(Clone, Copy)]
pub(crate) struct Edge<'a> {
    from: &'a CStr,
    back: u32,
    ahead: u32,
    clamp: bool,
}

impl<'a> Edge<'a> {
    /// Rows beside the stage's own: so many before and behind it.
    pub(crate) fn halo(self, back: u32, ahead: u32) -> Edge<'a> {
        Edge { back, ahead, ..self }
    }

    /// The end row again beyond the ends.
    pub(crate) fn clamped(self) -> Edge<'a> {
        Edge { clamp: true, ..self }
    }

    fn desc(&self) -> sqs_edge_desc {
        let boundary = if self.clamp { SQS_BOUNDARY_CLAMP } else { SQS_BOUNDARY_ZERO };
        sqs_edge_desc { name: self.from.as_ptr(), lookback: self.back, lookahead: self.ahead, boundary, reserved: 0 }
    }
}

/// The stage's own row of an input or a stage.
pub(crate) fn from(name: &CStr) -> Edge<'_> {
    Edge { from: name, back: 0, ahead: 0, clamp: false }
}

/// Which rows of a stage are wanted.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    pub(crate) stage: Stage,
    pub(crate) first: u64,
    /// `u64::MAX`: all from `first` on.
    pub(crate) count: u64,
    pub(crate) order: Order,
}

impl From<Stage> for Rows {
    fn from(stage: Stage) -> Rows {
        Rows::all(stage)
    }
}

impl Rows {
    /// All rows of a stage.
    pub(crate) fn all(stage: Stage) -> Rows {
        Rows { stage, first: 0, count: SQS_ALL, order: Order::Forward }
    }

    fn request(self) -> sqs_request {
        let struct_size = size_of::<sqs_request>() as u32;
        let order = match self.order {
            Order::Forward => SQS_ORDER_FORWARD,
            Order::Reverse => SQS_ORDER_REVERSE,
        };
        sqs_request { struct_size, stage: self.stage, first: self.first, count: self.count, order, flags: 0 }
    }
}

struct Sink<'a> {
    take: &'a mut dyn FnMut(u64, &[f32]),
}

unsafe extern "C" fn take_rows(ctx: *mut c_void, first: u64, _: usize, data: *const c_void, bytes: usize) -> i32 {
    // SAFETY: ctx is the Sink of the evaluation under way; data are f32 rows, aligned as their type.
    let (sink, rows) =
        unsafe { (&mut *ctx.cast::<Sink<'_>>(), std::slice::from_raw_parts(data.cast::<f32>(), bytes / 4)) };
    (sink.take)(first, rows);
    0
}

unsafe extern "C" fn drop_rows(_: *mut c_void, _: u64, _: usize, _: *const c_void, _: usize) -> i32 {
    0
}

unsafe extern "C" fn append(ctx: *mut c_void, bytes: *const c_void, n: usize) -> i32 {
    // SAFETY: ctx is the Vec given with this function; the library gives n bytes.
    unsafe { (*ctx.cast::<Vec<u8>>()).extend_from_slice(std::slice::from_raw_parts(bytes.cast(), n)) };
    0
}

/// A parameter of a built-in stage: its name and a list, a list of one being a number.
pub(crate) type Param<'a> = (&'a CStr, &'a [f64]);

/// The number of a stage.
pub(crate) type Stage = u32;

/// The order in which rows come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// From the first to the last.
    Forward,
    /// From the last to the first: blocks of descending rows, told with the number of the greatest.
    Reverse,
}

/// A pipeline of `f32` samples and what it borrows.
pub(crate) struct Pipeline {
    handle: NonNull<sqs_pipeline>,
    // The library may use these until the handle is deleted.
    hooks: Vec<NonNull<Hook>>,
    stages: Vec<NonNull<dyn Any>>,
    sealed: bool,
    costs: Costs,
    held: u64,
    registered: Vec<Registered>,
}

impl Pipeline {
    pub(crate) fn new(c: &Config) -> Result<Pipeline> {
        let mut error =
            sqs_error { struct_size: size_of::<sqs_error>() as u32, status: 0, os_errno: 0, text: [0; 160] };
        let mut handle = std::ptr::null_mut();
        // SAFETY: all structs are initialised, with their size; every pointer is to a live local.
        let status = unsafe {
            let mut config = std::mem::zeroed::<sqs_config>();
            sqs_config_init(&raw mut config, size_of::<sqs_config>());
            (config.window, config.hop) = (c.window, c.hop);
            config.channels = c.channels;
            config.max_stages = 24;
            config.mode = match c.mode {
                Mode::Auto => SQS_MODE_AUTO,
                Mode::Classic => SQS_MODE_CLASSIC,
                Mode::Sqrt => SQS_MODE_SQRT,
            };
            config.checkpoint_every = c.checkpoint_every;
            config.lru_bytes = c.lru_bytes;
            config.memory_budget_bytes = c.memory_budget_bytes;
            config.cache_bytes = c.cache_bytes;
            config.spill_dir = c.spill_dir.map_or(std::ptr::null(), CStr::as_ptr);
            if c.from_host {
                sqs_config_host_defaults(&raw mut config);
            }
            sqs_pipeline_new(&raw const config, std::ptr::null(), &raw mut handle, &raw mut error)
        };
        match NonNull::new(handle).filter(|_| status == SQS_OK) {
            Some(handle) => Ok(Pipeline {
                handle,
                hooks: Vec::new(),
                stages: Vec::new(),
                sealed: false,
                costs: c.costs,
                held: c.held,
                registered: Vec::new(),
            }),
            None => {
                // SAFETY: the library closes the text with a zero.
                let text = unsafe { CStr::from_ptr(error.text.as_ptr()) };
                Err(Failure::new(status, text.to_string_lossy().into_owned()))
            }
        }
    }

    fn checked(&self, status: i32) -> Result<i32> {
        if status >= SQS_OK {
            return Ok(status);
        }
        let mut text = [0 as c_char; 320];
        // SAFETY: the handle is live, the buffer as long as told; it starts as an empty string.
        let detail = unsafe {
            sqs_pipeline_error_detail(self.handle.as_ptr(), text.as_mut_ptr(), text.len(), std::ptr::null_mut());
            CStr::from_ptr(text.as_ptr())
        };
        let mut failure = Failure::new(status, detail.to_string_lossy().into_owned());
        // SAFETY: the hooks live as long as self; no call of the library is under way.
        let complaint = self.hooks.iter().map(|h| unsafe { &h.as_ref().complaint }).find(|c| !c.is_empty());
        if let Some(complaint) = complaint.filter(|_| status == SQS_ERR_CALLBACK) {
            failure.detail.clone_from(complaint);
        }
        Err(failure)
    }

    /// Adds a further input of one channel with windows of its own, and gives its number.
    pub(crate) fn input(&mut self, name: &CStr, window: u64, hop: u64) -> Result<u32> {
        // SAFETY: plain C data, for which zeros are the defaults; name and desc live through the call.
        let (status, id) = unsafe {
            let mut desc = std::mem::zeroed::<sqs_input_desc>();
            desc.struct_size = size_of::<sqs_input_desc>() as u32;
            (desc.name, desc.window, desc.hop) = (name.as_ptr(), window, hop);
            (desc.dtype, desc.channels) = (SQS_F32, 1);
            let mut id = 0;
            (sqs_input_register(self.handle.as_ptr(), &raw const desc, &raw mut id), id)
        };
        self.checked(status).map(|_| id)
    }

    /// Reads an input (the first one is 0) from `samples`.
    pub(crate) fn source(&mut self, input: u32, samples: Box<dyn Samples>) -> Result<()> {
        let samples = match self.held {
            0 => samples,
            most => Box::new(Held::of(samples, most).map_err(|e| Failure::new(SQS_ERR_CALLBACK, e))?),
        };
        let count = samples.count();
        let hook = NonNull::from(Box::leak(Box::new(Hook { samples, complaint: String::new() })));
        // Kept until the handle is gone, whatever comes of the call.
        self.hooks.push(hook);
        let source = sqs_source {
            struct_size: size_of::<sqs_source>() as u32,
            flags: 0,
            read: Some(read_hook),
            ctx: hook.as_ptr().cast(),
            samples: count,
        };
        // SAFETY: the struct is copied; the hook is given back after the handle was deleted.
        let status = unsafe { sqs_source_set(self.handle.as_ptr(), input, &raw const source) };
        self.checked(status).map(drop)
    }

    /// Reads an input from a file of little-endian samples, from the byte `offset` on, and says how many it has.
    pub(crate) fn source_file(&mut self, input: u32, path: &str, offset: u64) -> Result<u64> {
        let path = CString::new(path).map_err(|_| Failure::new(SQS_ERR_NAME, "a path has a zero in it".into()))?;
        let mut samples = 0;
        // SAFETY: path and samples live through the call.
        let status = unsafe {
            sqs_source_set_file(self.handle.as_ptr(), input, path.as_ptr(), SQS_LITTLE_ENDIAN, offset, &raw mut samples)
        };
        self.checked(status).map(|_| samples)
    }

    /// What a row of a stage takes, where that is known.
    fn cost(&self, name: &CStr) -> u64 {
        self.costs.iter().find(|(n, _)| n.as_c_str() == name).map_or(0, |(_, ns)| *ns)
    }

    fn note(&mut self, name: &CStr, edges: &[Edge<'_>], stride: u32) {
        let reads = edges.iter().map(|e| e.from.to_owned()).collect();
        self.registered.push(Registered { name: name.to_owned(), reads, stride: u64::from(stride.max(1)) });
    }

    /// The stages, in the order of their numbers.
    pub(crate) fn registered(&self) -> &[Registered] {
        &self.registered
    }

    /// Adds a built-in stage on one edge.
    pub(crate) fn builtin(&mut self, kind: &CStr, name: &CStr, edge: Edge<'_>, params: &[Param<'_>]) -> Result<Stage> {
        self.note(name, &[edge], 1);
        let edge = edge.desc();
        let params: Vec<sqs_param> = params
            .iter()
            .map(|(key, list)| match list {
                [value] => sqs_param { key: key.as_ptr(), value: *value, values: std::ptr::null(), count: 0 },
                _ => sqs_param { key: key.as_ptr(), value: 0.0, values: list.as_ptr(), count: list.len() },
            })
            .collect();
        let desc = sqs_builtin_desc {
            struct_size: size_of::<sqs_builtin_desc>() as u32,
            flags: 0,
            kind: kind.as_ptr(),
            name: name.as_ptr(),
            edges: &raw const edge,
            params: params.as_ptr(),
            edge_count: 1,
            param_count: params.len() as u32,
            cost_ns_per_row: self.cost(name),
        };
        let mut id = 0;
        // SAFETY: the description and all it points to live through the call, which copies them.
        let status = unsafe { sqs_stage_register_builtin(self.handle.as_ptr(), &raw const desc, &raw mut id) };
        self.checked(status).map(|_| id)
    }

    /// Adds a stage of this program.
    pub(crate) fn custom<C: Custom>(
        &mut self,
        name: &CStr,
        edges: &[Edge<'_>],
        shape: Shape,
        stage: C,
    ) -> Result<Stage> {
        let hosted = NonNull::from(Box::leak(Box::new(Hosted { stage, shape })));
        self.stages.push(hosted);
        // SAFETY: plain C data, for which zeros are the defaults.
        let mut desc = unsafe { std::mem::zeroed::<sqs_stage_desc>() };
        desc.run = Some(run_custom::<C>);
        desc.ctx = hosted.as_ptr().cast();
        desc.stride = shape.stride;
        desc.state_bytes = (shape.state * size_of::<f64>()) as u32;
        desc.scratch_bytes = (shape.scratch * size_of::<f32>()) as u32;
        self.register(name, edges, shape.len, desc)
    }

    /// Adds the stage that puts rows side by side as `f32`; `len` is their length together.
    pub(crate) fn join(&mut self, name: &CStr, edges: &[&CStr], len: usize) -> Result<Stage> {
        let edges: Vec<Edge<'_>> = edges.iter().map(|name| from(name)).collect();
        // SAFETY: plain C data, for which zeros are the defaults.
        let mut desc = unsafe { std::mem::zeroed::<sqs_stage_desc>() };
        desc.run = Some(join);
        self.register(name, &edges, len, desc)
    }

    fn register(&mut self, name: &CStr, edges: &[Edge<'_>], len: usize, mut desc: sqs_stage_desc) -> Result<Stage> {
        self.note(name, edges, desc.stride);
        let edges: Vec<sqs_edge_desc> = edges.iter().map(Edge::desc).collect();
        desc.struct_size = size_of::<sqs_stage_desc>() as u32;
        desc.name = name.as_ptr();
        (desc.edges, desc.edge_count) = (edges.as_ptr(), edges.len() as u32);
        (desc.dtype, desc.len) = (SQS_F32, len as u32);
        desc.cost_ns_per_row = self.cost(name);
        let mut id = 0;
        // SAFETY: the description and what it points to live through the call, which copies all but the context; that
        // is given back after the handle was deleted.
        let status = unsafe { sqs_stage_register(self.handle.as_ptr(), &raw const desc, &raw mut id) };
        self.checked(status).map(|_| id)
    }

    /// What these rows will take.
    pub(crate) fn plan(&mut self, rows: impl Into<Rows>) -> Result<Plan> {
        let ask = rows.into().request();
        let mut info = sqs_plan_info { struct_size: size_of::<sqs_plan_info>() as u32, ..Default::default() };
        // SAFETY: one request; both structs are initialised.
        let status = unsafe { sqs_plan(self.handle.as_ptr(), &raw const ask, 1, &raw mut info) };
        self.checked(status).map(|_| Plan(info))
    }

    /// What the library considered for these rows, and why the plan is what it is.
    pub(crate) fn explain(&mut self, rows: impl Into<Rows>) -> Result<String> {
        let ask = rows.into().request();
        let mut text = vec![0u8; 1 << 16];
        // SAFETY: one request; the buffer is as long as told, and zeros close it.
        let status = unsafe {
            let (buf, none) = (text.as_mut_ptr().cast(), std::ptr::null_mut());
            sqs_plan_explain(self.handle.as_ptr(), &raw const ask, 1, buf, text.len() - 1, none)
        };
        self.checked(status)?;
        text.truncate(text.iter().position(|b| *b == 0).unwrap_or(0));
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Makes rows for nobody.
    pub(crate) fn run(&mut self, rows: impl Into<Rows>) -> Result<()> {
        let ask = rows.into().request();
        // SAFETY: the sink takes anything and keeps nothing.
        let status =
            unsafe { sqs_evaluate_to(self.handle.as_ptr(), &raw const ask, Some(drop_rows), std::ptr::null_mut()) };
        self.checked(status).map(drop)
    }

    /// Takes the memory for these rows.
    pub(crate) fn seal(&mut self, rows: impl Into<Rows>) -> Result<()> {
        let ask = rows.into().request();
        // SAFETY: one request; the work area comes from the library's own heap.
        let status = unsafe { sqs_pipeline_seal(self.handle.as_ptr(), &raw const ask, 1, std::ptr::null_mut(), 0) };
        self.checked(status)?;
        self.sealed = true;
        Ok(())
    }

    /// Makes rows of a stage of `f32` rows: `take` gets them in blocks, in order, with the number of the first;
    /// `moved` hears after every `slice` windows of work how many were done.
    pub(crate) fn evaluate(
        &mut self,
        rows: impl Into<Rows>,
        slice: u64,
        take: &mut dyn FnMut(u64, &[f32]),
        moved: &mut dyn FnMut(u64),
    ) -> Result<()> {
        debug_assert!(self.sealed, "seal before evaluate: its cost shall be seen");
        let ask = rows.into().request();
        let handle = self.handle.as_ptr();
        let mut sink = Sink { take };
        // SAFETY: the sink outlives the evaluation: it ends or is cancelled before this function returns.
        let begun = unsafe { sqs_evaluate_begin(handle, &raw const ask, Some(take_rows), (&raw mut sink).cast()) };
        self.checked(begun)?;
        loop {
            let mut done = 0;
            // SAFETY: the handle is live, no call is under way.
            let status = unsafe { sqs_step(handle, slice.max(1), &raw mut done) };
            if let Err(failure) = self.checked(status) {
                // SAFETY: as above; afterwards the library does not know the sink any more.
                unsafe { sqs_evaluate_cancel(handle) };
                return Err(failure);
            }
            moved(done);
            if status == SQS_END {
                return Ok(());
            }
        }
    }

    /// Opens a stage of rows of `f32` for pulling, with a queue of so many rows, and takes the memory for the stream.
    pub(crate) fn open(&mut self, stage: Stage, queue: u64) -> Result<()> {
        // SAFETY: the handle is live; no request, and a work area from the library's own heap.
        unsafe {
            self.checked(sqs_output_open(self.handle.as_ptr(), stage, queue))?;
            let sealed = sqs_pipeline_seal(self.handle.as_ptr(), std::ptr::null(), 0, std::ptr::null_mut(), 0);
            self.checked(sealed).map(drop)
        }
    }

    /// Pushes samples; says how many were taken.
    pub(crate) fn push(&mut self, samples: &[f32]) -> Result<usize> {
        let mut taken = 0;
        // SAFETY: the samples are live, `taken` is a local.
        let status =
            unsafe { sqs_push(self.handle.as_ptr(), 0, samples.as_ptr().cast(), samples.len(), &raw mut taken) };
        self.checked(status).map(|_| taken)
    }

    /// Says that no more samples come.
    pub(crate) fn push_end(&mut self) -> Result<()> {
        // SAFETY: the handle is live.
        self.checked(unsafe { sqs_push_end(self.handle.as_ptr(), 0) }).map(drop)
    }

    /// Does at most so many windows of the stream's work; says how many it did.
    pub(crate) fn step(&mut self, most: u64) -> Result<u64> {
        let mut done = 0;
        // SAFETY: the handle is live, `done` is a local.
        self.checked(unsafe { sqs_step(self.handle.as_ptr(), most, &raw mut done) }).map(|_| done)
    }

    /// Takes finished rows of `row_len` numbers, as many as there are and fit; none: no more will come, ever.
    pub(crate) fn pull(&mut self, stage: Stage, row_len: usize, rows: &mut [f32]) -> Result<Option<usize>> {
        let mut got = 0;
        let (at, room) = (rows.as_mut_ptr().cast(), rows.len() / row_len);
        // SAFETY: there is room for so many rows of the stage's length; `got` is a local.
        let status = self.checked(unsafe { sqs_pull(self.handle.as_ptr(), stage, at, room, &raw mut got) })?;
        Ok((status != SQS_END).then_some(got))
    }

    /// Appends all that is needed to go on from here to `file`.
    pub(crate) fn save(&mut self, file: &mut Vec<u8>) -> Result<()> {
        let ctx = std::ptr::from_mut(file).cast();
        // SAFETY: the Vec outlives the call.
        let status = unsafe { sqs_checkpoint_save(self.handle.as_ptr(), Some(append), ctx, std::ptr::null_mut()) };
        self.checked(status).map(drop)
    }

    /// Goes on from what was saved; says which sample is to be pushed next.
    pub(crate) fn restore(&mut self, file: &[u8]) -> Result<u64> {
        // SAFETY: plain C data; the file and the struct live through the call.
        unsafe {
            let mut resume = std::mem::zeroed::<sqs_resume>();
            resume.struct_size = size_of::<sqs_resume>() as u32;
            let file = (file.as_ptr().cast(), file.len());
            let status = sqs_checkpoint_restore(self.handle.as_ptr(), file.0, file.1, &raw mut resume);
            self.checked(status).map(|_| resume.next_sample[0])
        }
    }

    /// What it did so far.
    pub(crate) fn stats(&mut self) -> Result<Stats> {
        let mut stats = sqs_stats { struct_size: size_of::<sqs_stats>() as u32, ..Default::default() };
        // SAFETY: the struct is initialised and told with its size.
        let status = unsafe { sqs_stats_get(self.handle.as_ptr(), &raw mut stats) };
        self.checked(status).map(|_| stats)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        // SAFETY: the handle is live and used for the last time; then nobody uses hooks and stages any more.
        unsafe {
            sqs_pipeline_delete(self.handle.as_ptr());
            self.hooks.drain(..).for_each(|hook| drop(Box::from_raw(hook.as_ptr())));
            self.stages.drain(..).for_each(|stage| drop(Box::from_raw(stage.as_ptr())));
        }
    }
}

/// Version of the library, after the check that its interface is the one this program was built for.
pub(crate) fn version() -> Result<String> {
    // SAFETY: functions without preconditions; the text is static.
    unsafe {
        let status = sqs_abi_check(SQS_ABI_VERSION);
        if status != SQS_OK {
            return Err(Failure::new(status, String::new()));
        }
        Ok(CStr::from_ptr(sqs_version()).to_string_lossy().into_owned())
    }
}

/// Figures of an encoder or decoder.
pub(crate) type CodecStats = sqs_codec_stats;
/// Bytes first to end - 1 of the original.
pub(crate) type Missing = sqs_range;
/// The end of everything.
pub(crate) const ALL: u64 = SQS_ALL;

/// Sample types by their names, without byte order, and the bytes of each.
pub(crate) const SAMPLE_TYPES: [(&str, u32, u32); 11] = [
    ("bytes", SQS_BYTES, 1),
    ("i8", SQS_I8, 1),
    ("u8", SQS_U8, 1),
    ("i16", SQS_I16, 2),
    ("u16", SQS_U16, 2),
    ("i24", SQS_I24, 3),
    ("i32", SQS_I32, 4),
    ("u32", SQS_U32, 4),
    ("i64", SQS_I64, 8),
    ("f32", SQS_F32, 4),
    ("f64", SQS_F64, 8),
];

/// Codecs by their names.
pub(crate) const CODECS: [(&str, u32); 5] = [
    ("auto", SQS_CODEC_AUTO),
    ("glyph", SQS_CODEC_GLYPH),
    ("lz", SQS_CODEC_LZ),
    ("ccsds121", SQS_CODEC_CCSDS121),
    ("stored", SQS_CODEC_STORED),
];

/// How a stream is encoded; 0 leaves a number to the library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoding {
    /// A number of [`SAMPLE_TYPES`].
    pub(crate) dtype: u32,
    pub(crate) big_endian: bool,
    pub(crate) channels: u32,
    pub(crate) effort: u32,
    /// A number of [`CODECS`].
    pub(crate) codec: u32,
    pub(crate) frame_bytes: u32,
    pub(crate) restart_interval: u32,
    pub(crate) index_entries: u32,
    pub(crate) threads: u32,
}

/// How a stream is decoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decoding {
    pub(crate) recover: bool,
    pub(crate) max_frame_bytes: u32,
    pub(crate) history_bytes: u32,
    pub(crate) first: u64,
    /// [`ALL`]: to the end.
    pub(crate) count: u64,
}

/// What a codec did: the figures, which are there after an error, too; what is missing; how it ended.
pub(crate) struct Coded {
    pub(crate) stats: CodecStats,
    pub(crate) missing: Vec<Missing>,
    /// How long the decoded original is, from the first byte wanted on; of streams only.
    pub(crate) length: u64,
    pub(crate) result: Result<()>,
}

impl Failure {
    /// True where the stream is damaged or was cut off.
    pub(crate) fn is_damage(&self) -> bool {
        self.status == SQS_ERR_DAMAGED
    }
}

/// Takes bytes that belong to a position of the output.
pub(crate) type Write<'a> = dyn FnMut(u64, &[u8]) -> std::io::Result<()> + 'a;

/// The ends of a stream.
pub(crate) struct Ends<'a> {
    pub(crate) read: &'a mut dyn FnMut(&mut [u8]) -> std::io::Result<usize>,
    /// None: the stream is only checked.
    pub(crate) write: Option<&'a mut Write<'a>>,
}

/// Missing ranges that can be told apart.
const MISSING: usize = 4096;

struct StreamHook<'a> {
    ends: Ends<'a>,
    complaint: String,
}

unsafe extern "C" fn stream_read(ctx: *mut c_void, dst: *mut c_void, cap: usize, got: *mut usize) -> i32 {
    // SAFETY: ctx is the hook given with this function; the library gives room for cap bytes, filled before, and a place
    // for the count.
    let (hook, room, got) = unsafe {
        (&mut *ctx.cast::<StreamHook<'_>>(), std::slice::from_raw_parts_mut(dst.cast::<u8>(), cap), &mut *got)
    };
    (hook.ends.read)(room).map(|n| *got = n).map_or_else(|e| hook.complain("reading", &e), |()| 0)
}

unsafe extern "C" fn stream_write(ctx: *mut c_void, offset: u64, data: *const c_void, bytes: usize) -> i32 {
    // SAFETY: as above; the bytes are valid during the call.
    let (hook, data) =
        unsafe { (&mut *ctx.cast::<StreamHook<'_>>(), std::slice::from_raw_parts(data.cast::<u8>(), bytes)) };
    let Some(write) = hook.ends.write.as_mut() else { return 0 };
    write(offset, data).map_or_else(|e| hook.complain("writing", &e), |()| 0)
}

impl StreamHook<'_> {
    fn complain(&mut self, what: &str, error: &std::io::Error) -> i32 {
        self.complaint = format!("{what}: {error}");
        1
    }
}

/// Hears how far it is: bytes of the input done, and how many there are.
type Moved<'a> = dyn FnMut(u64, u64) + 'a;

unsafe extern "C" fn moved_hook(ctx: *mut c_void, progress: *const sqs_progress) -> i32 {
    // SAFETY: ctx is the reference given with this function, the library calls from one thread at a time.
    let (moved, p) = unsafe { (&mut *ctx.cast::<&mut Moved<'_>>(), &*progress) };
    moved(p.bytes_in, p.total);
    0
}

fn no_error() -> sqs_error {
    sqs_error { struct_size: size_of::<sqs_error>() as u32, status: 0, os_errno: 0, text: [0; 160] }
}

fn no_stats() -> sqs_codec_stats {
    sqs_codec_stats { struct_size: size_of::<sqs_codec_stats>() as u32, ..Default::default() }
}

fn ended(status: i32, error: &sqs_error, complaint: String) -> Result<()> {
    if status >= SQS_OK {
        return Ok(());
    }
    // SAFETY: the library closes the text with a zero; it starts as an empty one.
    let text = unsafe { CStr::from_ptr(error.text.as_ptr()) }.to_string_lossy().into_owned();
    Err(Failure::new(status, if complaint.is_empty() { text } else { complaint }))
}

fn c_path(path: &str) -> Result<CString> {
    CString::new(path).map_err(|_| Failure::new(SQS_ERR_NAME, "a path has a zero in it".into()))
}

/// From where to where.
pub(crate) enum Route<'a> {
    /// From file to file.
    Files(&'a str, &'a str),
    /// From function to function.
    Stream(Ends<'a>),
}

/// Encodes.
pub(crate) fn encode(route: Route<'_>, e: &Encoding, mut moved: &mut Moved<'_>) -> Result<Coded> {
    let (mut error, mut stats, mut complaint) = (no_error(), no_stats(), String::new());
    // SAFETY: plain C data, for which zeros are the defaults, set up by the library.
    let mut o = unsafe { std::mem::zeroed::<sqs_encode_options>() };
    // SAFETY: the struct is live and as large as told.
    unsafe { sqs_encode_options_init(&raw mut o, size_of::<sqs_encode_options>()) };
    (o.dtype, o.channels, o.effort, o.codec) = (e.dtype, e.channels, e.effort, e.codec);
    o.byte_order = if e.big_endian { SQS_BIG_ENDIAN } else { SQS_LITTLE_ENDIAN };
    (o.frame_bytes, o.restart_interval) = (e.frame_bytes, e.restart_interval);
    (o.index_entries, o.threads) = (e.index_entries, e.threads);
    o.progress = Some(moved_hook);
    o.ctx = (&raw mut moved).cast();
    let status = match route {
        Route::Files(from, to) => {
            let (from, to) = (c_path(from)?, c_path(to)?);
            // SAFETY: all live through the call, which ends before anything of it goes.
            unsafe { sqs_encode_file(from.as_ptr(), to.as_ptr(), &raw const o, &raw mut stats, &raw mut error) }
        }
        Route::Stream(ends) => {
            let mut hook = StreamHook { ends, complaint: String::new() };
            let stream = stream(&mut hook);
            // SAFETY: as above.
            let status = unsafe { sqs_encode_stream(&raw const stream, &raw const o, &raw mut stats, &raw mut error) };
            complaint = hook.complaint;
            status
        }
    };
    Ok(Coded { stats, missing: Vec::new(), length: stats.raw_bytes, result: ended(status, &error, complaint) })
}

fn stream(hook: &mut StreamHook<'_>) -> sqs_stream {
    sqs_stream {
        struct_size: size_of::<sqs_stream>() as u32,
        flags: 0,
        read: Some(stream_read),
        write: hook.ends.write.is_some().then_some(stream_write),
        ctx: std::ptr::from_mut(hook).cast(),
        total: 0,
    }
}

fn decode_options(d: &Decoding) -> sqs_decode_options {
    // SAFETY: plain C data, for which zeros are the defaults, set up by the library.
    let mut o = unsafe { std::mem::zeroed::<sqs_decode_options>() };
    // SAFETY: the struct is live and as large as told.
    unsafe { sqs_decode_options_init(&raw mut o, size_of::<sqs_decode_options>()) };
    o.flags = if d.recover { SQS_DECODE_RECOVER } else { 0 };
    (o.max_frame_bytes, o.history_bytes) = (d.max_frame_bytes, d.history_bytes);
    (o.first, o.count, o.max_missing) = (d.first, d.count, MISSING as u32);
    o
}

/// Decodes.
pub(crate) fn decode(route: Route<'_>, d: &Decoding, mut moved: &mut Moved<'_>) -> Result<Coded> {
    let (mut error, mut stats, mut complaint, mut length) = (no_error(), no_stats(), String::new(), 0);
    let mut missing = vec![Missing::default(); MISSING];
    let mut o = decode_options(d);
    o.missing = missing.as_mut_ptr();
    o.progress = Some(moved_hook);
    o.ctx = (&raw mut moved).cast();
    let status = match route {
        Route::Files(from, to) => {
            let (from, to) = (c_path(from)?, c_path(to)?);
            // SAFETY: all live through the call; there is room for as many ranges as told.
            unsafe { sqs_decode_file(from.as_ptr(), to.as_ptr(), &raw const o, &raw mut stats, &raw mut error) }
        }
        Route::Stream(ends) => {
            let mut hook = StreamHook { ends, complaint: String::new() };
            let (stream, out) = (stream(&mut hook), &raw mut length);
            // SAFETY: as above.
            let status =
                unsafe { sqs_decode_stream(&raw const stream, &raw const o, out, &raw mut stats, &raw mut error) };
            complaint = hook.complaint;
            status
        }
    };
    missing.truncate(stats.missing_ranges as usize);
    Ok(Coded { stats, missing, length, result: ended(status, &error, complaint) })
}

/// A decoder that shows every frame: it goes on after damage.
pub(crate) struct Frames {
    // Words, for the alignment; the decoder lies in them.
    _memory: Vec<u128>,
    handle: NonNull<sqs_decoder>,
}

impl Frames {
    pub(crate) fn new() -> Result<Frames> {
        let d = Decoding { recover: true, max_frame_bytes: 4 << 20, history_bytes: 4 << 20, first: 0, count: ALL };
        let (o, mut error) = (decode_options(&d), no_error());
        let (mut bytes, mut align, mut handle) = (0, 0, std::ptr::null_mut());
        // SAFETY: the options are initialised, the places live.
        let told = unsafe { sqs_decoder_memory(&raw const o, &raw mut bytes, &raw mut align) };
        ended(told, &error, String::new())?;
        // Room to reach any alignment.
        let mut memory = vec![0u128; (bytes + align) / 16 + 1];
        let at = memory.as_mut_ptr().cast::<u8>();
        // SAFETY: what is passed over of the area is below align, and the rest holds the bytes told.
        let status = unsafe {
            let at = at.add(at.align_offset(align.max(1)));
            sqs_decoder_init(at.cast(), bytes, &raw const o, &raw mut handle, &raw mut error)
        };
        ended(status, &error, String::new())?;
        match NonNull::new(handle) {
            Some(handle) => Ok(Frames { _memory: memory, handle }),
            None => Err(Failure::new(SQS_ERR_INTERNAL, String::new())),
        }
    }

    /// Takes of `input` (all there is, if `last`), puts into `room`: what was taken, what was put out and from where on,
    /// and whether it is over.
    pub(crate) fn step(&mut self, input: &[u8], room: &mut [u8], last: bool) -> Result<(usize, usize, u64, bool)> {
        let (mut taken, mut put, mut offset) = (0, 0, 0);
        let flow = if last { SQS_FLOW_END } else { SQS_FLOW_CONTINUE };
        // SAFETY: the decoder is live; input and room are as long as told and apart.
        let status = unsafe {
            sqs_decoder_step(
                self.handle.as_ptr(),
                input.as_ptr().cast(),
                input.len(),
                &raw mut taken,
                room.as_mut_ptr().cast(),
                room.len(),
                &raw mut put,
                &raw mut offset,
                flow,
            )
        };
        if status >= SQS_OK {
            return Ok((taken, put, offset, status == SQS_END));
        }
        let mut text = [0 as c_char; 320];
        // SAFETY: the buffer is as long as told and starts as an empty string.
        let detail = unsafe {
            sqs_decoder_error_detail(self.handle.as_ptr(), text.as_mut_ptr(), text.len(), std::ptr::null_mut());
            CStr::from_ptr(text.as_ptr())
        };
        Err(Failure::new(status, detail.to_string_lossy().into_owned()))
    }

    /// What was met so far, and what is missing.
    pub(crate) fn met(&mut self) -> (CodecStats, Vec<Missing>) {
        let (mut stats, mut count, mut missing) = (no_stats(), 0, vec![Missing::default(); MISSING]);
        // SAFETY: the decoder is live, there is room for as many ranges as told.
        unsafe {
            sqs_decoder_stats(self.handle.as_ptr(), &raw mut stats);
            sqs_decoder_missing(self.handle.as_ptr(), missing.as_mut_ptr(), missing.len(), &raw mut count);
        }
        missing.truncate(count);
        (stats, missing)
    }

    /// The figures alone.
    pub(crate) fn stats(&mut self) -> CodecStats {
        let mut stats = no_stats();
        // SAFETY: as above.
        unsafe { sqs_decoder_stats(self.handle.as_ptr(), &raw mut stats) };
        stats
    }
}
