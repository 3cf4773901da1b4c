//! The library, as this program sees it: a safe wrapper over its C functions. All `unsafe` of the program is here, and
//! nothing else in it touches the library (a test holds both).

use core::ffi::{CStr, c_char, c_void};
use sqrtspace::ffi::*;
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
    pub(crate) mode: Mode,
    pub(crate) checkpoint_every: u32,
    pub(crate) lru_bytes: u64,
    pub(crate) memory_budget_bytes: u64,
    pub(crate) cache_bytes: u64,
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
    /// Reads samples from number `first` on; at least one, at most as many as there is room for.
    fn read(&mut self, first: u64, room: &mut [f32]) -> std::result::Result<usize, String>;
}

struct Hook {
    samples: Box<dyn Samples>,
    complaint: String,
}

unsafe extern "C" fn read_hook(ctx: *mut c_void, first: u64, dst: *mut c_void, n: usize, got: *mut usize) -> i32 {
    // SAFETY: ctx is the Hook given with this function; the library gives room for n samples and a place for the count,
    // and calls from one thread at a time.
    let (hook, room, got) =
        unsafe { (&mut *ctx.cast::<Hook>(), std::slice::from_raw_parts_mut(dst.cast::<f32>(), n), &mut *got) };
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

/// What is asked for: all rows of a stage, in one order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    pub(crate) stage: Stage,
    pub(crate) order: Order,
}

impl From<Stage> for Ask {
    fn from(stage: Stage) -> Ask {
        Ask { stage, order: Order::Forward }
    }
}

impl Ask {
    fn request(self) -> sqs_request {
        let order = match self.order {
            Order::Forward => SQS_ORDER_FORWARD,
            Order::Reverse => SQS_ORDER_REVERSE,
        };
        let struct_size = size_of::<sqs_request>() as u32;
        sqs_request { struct_size, stage: self.stage, first: 0, count: SQS_ALL, order, flags: 0 }
    }
}

/// A pipeline of `f32` samples and what it borrows.
pub(crate) struct Pipeline {
    handle: NonNull<sqs_pipeline>,
    // Behind the handle: the library may read from it until the handle is deleted.
    hook: Option<NonNull<Hook>>,
    sealed: bool,
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
            config.mode = match c.mode {
                Mode::Auto => SQS_MODE_AUTO,
                Mode::Classic => SQS_MODE_CLASSIC,
                Mode::Sqrt => SQS_MODE_SQRT,
            };
            config.checkpoint_every = c.checkpoint_every;
            config.lru_bytes = c.lru_bytes;
            config.memory_budget_bytes = c.memory_budget_bytes;
            config.cache_bytes = c.cache_bytes;
            sqs_pipeline_new(&raw const config, std::ptr::null(), &raw mut handle, &raw mut error)
        };
        match NonNull::new(handle).filter(|_| status == SQS_OK) {
            Some(handle) => Ok(Pipeline { handle, hook: None, sealed: false }),
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
        // SAFETY: the hook lives as long as self; no call of the library is under way.
        let complaint = self.hook.map(|h| unsafe { &h.as_ref().complaint }).filter(|c| !c.is_empty());
        if let Some(complaint) = complaint.filter(|_| status == SQS_ERR_CALLBACK) {
            failure.detail.clone_from(complaint);
        }
        Err(failure)
    }

    /// Reads the input from `samples`.
    pub(crate) fn source(&mut self, samples: Box<dyn Samples>) -> Result<()> {
        let count = samples.count();
        let hook = NonNull::from(Box::leak(Box::new(Hook { samples, complaint: String::new() })));
        let source = sqs_source {
            struct_size: size_of::<sqs_source>() as u32,
            flags: 0,
            read: Some(read_hook),
            ctx: hook.as_ptr().cast(),
            samples: count,
        };
        // SAFETY: the struct is copied; the hook is given back after the handle was deleted.
        let status = unsafe { sqs_source_set(self.handle.as_ptr(), 0, &raw const source) };
        if let Some(old) = self.hook.replace(hook) {
            // SAFETY: made by Box::leak above; where it was replaced the library does not use it any more.
            drop(unsafe { Box::from_raw(old.as_ptr()) });
        }
        self.checked(status).map(drop)
    }

    /// Reads the input from a file of little-endian samples, and says how many it has.
    pub(crate) fn source_file(&mut self, path: &str) -> Result<u64> {
        let path = CString::new(path).map_err(|_| Failure::new(SQS_ERR_NAME, "a path has a zero in it".into()))?;
        let mut samples = 0;
        // SAFETY: path and samples live through the call.
        let status = unsafe {
            sqs_source_set_file(self.handle.as_ptr(), 0, path.as_ptr(), SQS_LITTLE_ENDIAN, 0, &raw mut samples)
        };
        self.checked(status).map(|_| samples)
    }

    /// Adds a built-in stage on one edge.
    pub(crate) fn builtin(&mut self, kind: &CStr, name: &CStr, from: &CStr, params: &[Param<'_>]) -> Result<Stage> {
        let edge = edge(from);
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
        };
        let mut id = 0;
        // SAFETY: the description and all it points to live through the call, which copies them.
        let status = unsafe { sqs_stage_register_builtin(self.handle.as_ptr(), &raw const desc, &raw mut id) };
        self.checked(status).map(|_| id)
    }

    /// Adds the stage that puts rows side by side as `f32`; `len` is their length together.
    pub(crate) fn join(&mut self, name: &CStr, from: &[&CStr], len: u32) -> Result<Stage> {
        let edges: Vec<sqs_edge_desc> = from.iter().map(|name| edge(name)).collect();
        // SAFETY: plain C data, for which zeros are the defaults.
        let mut desc = unsafe { std::mem::zeroed::<sqs_stage_desc>() };
        desc.struct_size = size_of::<sqs_stage_desc>() as u32;
        desc.name = name.as_ptr();
        desc.run = Some(join);
        desc.edges = edges.as_ptr();
        desc.edge_count = edges.len() as u32;
        desc.dtype = SQS_F32;
        desc.len = len;
        let mut id = 0;
        // SAFETY: as above.
        let status = unsafe { sqs_stage_register(self.handle.as_ptr(), &raw const desc, &raw mut id) };
        self.checked(status).map(|_| id)
    }

    /// What all rows of a stage will take.
    pub(crate) fn plan(&mut self, ask: impl Into<Ask>) -> Result<Plan> {
        let ask = ask.into().request();
        let mut info = sqs_plan_info { struct_size: size_of::<sqs_plan_info>() as u32, ..Default::default() };
        // SAFETY: one request; both structs are initialised.
        let status = unsafe { sqs_plan(self.handle.as_ptr(), &raw const ask, 1, &raw mut info) };
        self.checked(status).map(|_| Plan(info))
    }

    /// Takes the memory for all rows of a stage.
    pub(crate) fn seal(&mut self, ask: impl Into<Ask>) -> Result<()> {
        let ask = ask.into().request();
        // SAFETY: one request; the work area comes from the library's own heap.
        let status = unsafe { sqs_pipeline_seal(self.handle.as_ptr(), &raw const ask, 1, std::ptr::null_mut(), 0) };
        self.checked(status)?;
        self.sealed = true;
        Ok(())
    }

    /// Makes all rows of a stage of `f32` rows: `take` gets them in blocks, in order, with the number of the first;
    /// `moved` hears after every `slice` windows of work how many were done.
    pub(crate) fn evaluate(
        &mut self,
        ask: impl Into<Ask>,
        slice: u64,
        take: &mut dyn FnMut(u64, &[f32]),
        moved: &mut dyn FnMut(u64),
    ) -> Result<()> {
        debug_assert!(self.sealed, "seal before evaluate: its cost shall be seen");
        let ask = ask.into().request();
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
        // SAFETY: the handle is live and used for the last time; then nobody reads from the hook any more.
        unsafe {
            sqs_pipeline_delete(self.handle.as_ptr());
            if let Some(hook) = self.hook.take() {
                drop(Box::from_raw(hook.as_ptr()));
            }
        }
    }
}

fn edge(from: &CStr) -> sqs_edge_desc {
    sqs_edge_desc { name: from.as_ptr(), lookback: 0, lookahead: 0, boundary: SQS_BOUNDARY_ZERO, reserved: 0 }
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
