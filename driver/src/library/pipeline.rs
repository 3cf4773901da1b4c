//! A pipeline of `f32` samples: registration, planning, evaluation, streaming and checkpoints.

use super::config::{Config, Costs, Mode, Plan, Registered, Stats};
use super::failure::{Failure, Result, no_error, text_of};
use super::samples::{Held, Hook, Samples, read_hook};
use super::stages::{Custom, Edge, Hosted, Shape, from, join, run_custom};
use core::ffi::{CStr, c_char, c_void};
use sqrtspace::ffi::*;
use std::any::Any;
use std::ffi::CString;
use std::ptr::NonNull;

/// A request: rows of a stage in an order.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    pub(crate) stage: Stage,
    pub(crate) first: u64,
    /// `u64::MAX`: all rows from `first`.
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
    // SAFETY: ctx is the Sink of the running evaluation; data are aligned f32 rows.
    let (sink, rows) =
        unsafe { (&mut *ctx.cast::<Sink<'_>>(), std::slice::from_raw_parts(data.cast::<f32>(), bytes / 4)) };
    (sink.take)(first, rows);
    0
}

unsafe extern "C" fn drop_rows(_: *mut c_void, _: u64, _: usize, _: *const c_void, _: usize) -> i32 {
    0
}

unsafe extern "C" fn append(ctx: *mut c_void, bytes: *const c_void, n: usize) -> i32 {
    // SAFETY: ctx is the Vec that was passed with this function; the library passes n bytes.
    unsafe { (*ctx.cast::<Vec<u8>>()).extend_from_slice(std::slice::from_raw_parts(bytes.cast(), n)) };
    0
}

/// A parameter of a built-in stage: its name and its values. One value is passed as a number, more as a list.
pub(crate) type Param<'a> = (&'a CStr, &'a [f64]);

/// Number of a stage.
pub(crate) type Stage = u32;

/// The order of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// From the first row to the last.
    Forward,
    /// From the last row to the first. Blocks hold descending rows, and a block's number is that of its highest row.
    Reverse,
}

/// A pipeline of `f32` samples, with the sources and stages that it borrows.
pub(crate) struct Pipeline {
    handle: NonNull<sqs_pipeline>,
    // The library may use the hooks and stages until the handle is deleted.
    hooks: Vec<NonNull<Hook>>,
    stages: Vec<NonNull<dyn Any>>,
    sealed: bool,
    costs: Costs,
    held: u64,
    registered: Vec<Registered>,
}

impl Pipeline {
    pub(crate) fn new(c: &Config) -> Result<Pipeline> {
        let (mut error, mut handle) = (no_error(), std::ptr::null_mut());
        // SAFETY: all structs are initialized with their size; every pointer is to a live local.
        let status = unsafe {
            let mut config = std::mem::zeroed::<sqs_config>();
            sqs_config_init(&raw mut config, size_of::<sqs_config>());
            (config.window, config.hop) = (c.window, c.hop);
            config.channels = c.channels;
            config.dtype = if c.complex { SQS_C32 } else { SQS_F32 };
            config.max_stages = 24;
            config.mode = match c.mode {
                Mode::Auto => SQS_MODE_AUTO,
                Mode::Classic => SQS_MODE_CLASSIC,
                Mode::Sqrt => SQS_MODE_SQRT,
            };
            config.checkpoint_every = c.checkpoint_every;
            config.row_cache_bytes = c.lru_bytes;
            config.memory_budget_bytes = c.memory_budget_bytes;
            config.cpu_cache_bytes = c.cache_bytes;
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
            None => Err(Failure::new(status, text_of(&error.text))),
        }
    }

    fn checked(&self, status: i32) -> Result<i32> {
        if status >= SQS_OK {
            return Ok(status);
        }
        let mut text = [0 as c_char; 320];
        // SAFETY: the handle is live, the buffer has the given length.
        unsafe {
            sqs_pipeline_error_detail(self.handle.as_ptr(), text.as_mut_ptr(), text.len(), std::ptr::null_mut());
        }
        let mut failure = Failure::new(status, text_of(&text));
        // SAFETY: the hooks live as long as self; no call of the library is active.
        let error = self.hooks.iter().map(|h| unsafe { &h.as_ref().error }).find(|e| !e.is_empty());
        if let Some(error) = error.filter(|_| status == SQS_ERR_CALLBACK) {
            failure.detail.clone_from(error);
        }
        Err(failure)
    }

    /// Adds an input of one channel with its own window and hop. Returns its number.
    pub(crate) fn input(&mut self, name: &CStr, window: u64, hop: u64) -> Result<u32> {
        // SAFETY: plain C data whose defaults are zeros; name and desc outlive the call.
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

    /// Sets the source of an input. The first input is 0.
    pub(crate) fn source(&mut self, input: u32, samples: Box<dyn Samples>) -> Result<()> {
        let samples = match self.held {
            0 => samples,
            max => Box::new(Held::of(samples, max).map_err(|e| Failure::new(SQS_ERR_CALLBACK, e))?),
        };
        let count = samples.count();
        let hook = NonNull::from(Box::leak(Box::new(Hook { samples, error: String::new() })));
        // Kept until the handle is deleted, even if the call fails.
        self.hooks.push(hook);
        let source = sqs_source {
            struct_size: size_of::<sqs_source>() as u32,
            flags: 0,
            read: Some(read_hook),
            ctx: hook.as_ptr().cast(),
            samples: count,
            gap: None,
        };
        // SAFETY: the library copies the struct; the hook is freed after the handle is deleted.
        let status = unsafe { sqs_source_set(self.handle.as_ptr(), input, &raw const source) };
        self.checked(status).map(drop)
    }

    /// Sets a file of little-endian samples as the source of an input, starting at the byte `offset`. Returns the
    /// number of samples.
    pub(crate) fn source_file(&mut self, input: u32, path: &str, offset: u64) -> Result<u64> {
        let path = CString::new(path).map_err(|_| Failure::nul_in_path())?;
        let mut samples = 0;
        // SAFETY: path and samples outlive the call.
        let status = unsafe {
            sqs_source_set_file(self.handle.as_ptr(), input, path.as_ptr(), SQS_LITTLE_ENDIAN, offset, &raw mut samples)
        };
        self.checked(status).map(|_| samples)
    }

    /// Nanoseconds per row of a stage, or 0 if unknown.
    fn cost(&self, name: &CStr) -> u64 {
        self.costs.iter().find(|(n, _)| n.as_c_str() == name).map_or(0, |(_, ns)| *ns)
    }

    fn record(&mut self, name: &CStr, edges: &[Edge<'_>], stride: u32) {
        let reads = edges.iter().map(|e| e.from.to_owned()).collect();
        self.registered.push(Registered { name: name.to_owned(), reads, stride: u64::from(stride.max(1)) });
    }

    /// The registered stages, in the order of their numbers.
    pub(crate) fn registered(&self) -> &[Registered] {
        &self.registered
    }

    /// Registers a built-in stage with one edge.
    pub(crate) fn builtin(&mut self, kind: &CStr, name: &CStr, edge: Edge<'_>, params: &[Param<'_>]) -> Result<Stage> {
        self.builtin_of(kind, name, &[edge], 1, params)
    }

    /// Registers a built-in stage, which reads `stride` rows of its edges per row.
    pub(crate) fn builtin_of(
        &mut self,
        kind: &CStr,
        name: &CStr,
        edges: &[Edge<'_>],
        stride: u32,
        params: &[Param<'_>],
    ) -> Result<Stage> {
        self.record(name, edges, stride);
        let edges: Vec<sqs_edge_desc> = edges.iter().map(Edge::desc).collect();
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
            edges: edges.as_ptr(),
            params: params.as_ptr(),
            edge_count: edges.len() as u32,
            param_count: params.len() as u32,
            cost_ns_per_row: self.cost(name),
        };
        let mut id = 0;
        // SAFETY: the description and everything it points to outlive the call, which copies them.
        let status = unsafe { sqs_stage_register_builtin(self.handle.as_ptr(), &raw const desc, &raw mut id) };
        self.checked(status).map(|_| id)
    }

    /// Registers a stage that this program implements.
    pub(crate) fn custom<C: Custom>(
        &mut self,
        name: &CStr,
        edges: &[Edge<'_>],
        shape: Shape,
        stage: C,
    ) -> Result<Stage> {
        let hosted = NonNull::from(Box::leak(Box::new(Hosted { stage, shape })));
        self.stages.push(hosted);
        // SAFETY: plain C data whose defaults are zeros.
        let mut desc = unsafe { std::mem::zeroed::<sqs_stage_desc>() };
        desc.run = Some(run_custom::<C>);
        desc.ctx = hosted.as_ptr().cast();
        desc.stride = shape.stride;
        desc.row_channels = shape.channels;
        desc.state_bytes = (shape.state * size_of::<f64>()) as u32;
        self.register(name, edges, shape.len, desc)
    }

    /// Registers a stage that concatenates the rows of its edges as `f32`; `len` is the sum of their lengths.
    pub(crate) fn join(&mut self, name: &CStr, edges: &[&CStr], len: usize) -> Result<Stage> {
        let edges: Vec<Edge<'_>> = edges.iter().map(|name| from(name)).collect();
        // SAFETY: plain C data whose defaults are zeros.
        let mut desc = unsafe { std::mem::zeroed::<sqs_stage_desc>() };
        desc.run = Some(join);
        self.register(name, &edges, len, desc)
    }

    fn register(&mut self, name: &CStr, edges: &[Edge<'_>], len: usize, mut desc: sqs_stage_desc) -> Result<Stage> {
        self.record(name, edges, desc.stride);
        let edges: Vec<sqs_edge_desc> = edges.iter().map(Edge::desc).collect();
        desc.struct_size = size_of::<sqs_stage_desc>() as u32;
        desc.name = name.as_ptr();
        (desc.edges, desc.edge_count) = (edges.as_ptr(), edges.len() as u32);
        (desc.dtype, desc.len) = (SQS_F32, len as u32);
        desc.cost_ns_per_row = self.cost(name);
        let mut id = 0;
        // SAFETY: the description and what it points to outlive the call, which copies all but the
        // context. The context is freed after the handle is deleted.
        let status = unsafe { sqs_stage_register(self.handle.as_ptr(), &raw const desc, &raw mut id) };
        self.checked(status).map(|_| id)
    }

    /// Plans a request.
    pub(crate) fn plan(&mut self, rows: impl Into<Rows>) -> Result<Plan> {
        let ask = rows.into().request();
        let mut info = sqs_plan_info { struct_size: size_of::<sqs_plan_info>() as u32, ..Default::default() };
        // SAFETY: one request; both structs are initialized.
        let status = unsafe { sqs_plan(self.handle.as_ptr(), &raw const ask, 1, &raw mut info) };
        self.checked(status).map(|_| Plan(info))
    }

    /// The plan as bytes.
    pub(crate) fn export(&mut self, rows: impl Into<Rows>) -> Result<Vec<u8>> {
        let ask = rows.into().request();
        let (mut plan, mut needed) = (vec![0u8; 1 << 16], 0);
        // SAFETY: one request; the buffer has the given length.
        let status = unsafe {
            let buf = plan.as_mut_ptr().cast();
            sqs_plan_export(self.handle.as_ptr(), &raw const ask, 1, buf, plan.len(), &raw mut needed)
        };
        self.checked(status)?;
        plan.truncate(needed);
        Ok(plan)
    }

    /// The library's explanation of the plan: the candidates and the reason for the choice.
    pub(crate) fn explain(&mut self, rows: impl Into<Rows>) -> Result<String> {
        let ask = rows.into().request();
        let mut text = vec![0u8; 1 << 16];
        // SAFETY: one request; the buffer has the given length and ends with zeros.
        let status = unsafe {
            let (buf, none) = (text.as_mut_ptr().cast(), std::ptr::null_mut());
            sqs_plan_explain(self.handle.as_ptr(), &raw const ask, 1, buf, text.len() - 1, none)
        };
        self.checked(status)?;
        text.truncate(text.iter().position(|b| *b == 0).unwrap_or(0));
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Computes rows and discards them.
    pub(crate) fn run(&mut self, rows: impl Into<Rows>) -> Result<()> {
        let ask = rows.into().request();
        // SAFETY: the sink ignores its arguments.
        let status =
            unsafe { sqs_evaluate_to(self.handle.as_ptr(), &raw const ask, Some(drop_rows), std::ptr::null_mut()) };
        self.checked(status).map(drop)
    }

    /// Allocates the memory for a request.
    pub(crate) fn seal(&mut self, rows: impl Into<Rows>) -> Result<()> {
        let ask = rows.into().request();
        // SAFETY: one request; the work area comes from the library's heap.
        let status = unsafe { sqs_pipeline_seal(self.handle.as_ptr(), &raw const ask, 1, std::ptr::null_mut(), 0) };
        self.checked(status)?;
        self.sealed = true;
        Ok(())
    }

    /// Evaluates a request for `f32` rows. `take` receives them in order, in blocks, with the number of a block's first
    /// row. After each `slice` windows of work, `progress` receives the number done.
    pub(crate) fn evaluate(
        &mut self,
        rows: impl Into<Rows>,
        slice: u64,
        take: &mut dyn FnMut(u64, &[f32]),
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        debug_assert!(self.sealed, "call seal before evaluate, so that its cost is visible");
        let ask = rows.into().request();
        let handle = self.handle.as_ptr();
        let mut sink = Sink { take };
        // SAFETY: the sink outlives the evaluation, which ends or is canceled before this function returns.
        let begun = unsafe { sqs_evaluate_begin(handle, &raw const ask, Some(take_rows), (&raw mut sink).cast()) };
        self.checked(begun)?;
        loop {
            let mut done = 0;
            // SAFETY: the handle is live, no call is active.
            let status = unsafe { sqs_step(handle, slice.max(1), &raw mut done) };
            if let Err(failure) = self.checked(status) {
                // SAFETY: as above; after this call the library no longer refers to the sink.
                unsafe { sqs_evaluate_cancel(handle) };
                return Err(failure);
            }
            progress(done);
            if status == SQS_END {
                return Ok(());
            }
        }
    }

    /// Opens a stage of `f32` rows as an output with a queue of `queue` rows, and allocates the memory of the stream.
    pub(crate) fn open(&mut self, stage: Stage, queue: u64) -> Result<()> {
        // SAFETY: the handle is live; no request; the work area comes from the library's heap.
        unsafe {
            self.checked(sqs_output_open(self.handle.as_ptr(), stage, queue))?;
            let sealed = sqs_pipeline_seal(self.handle.as_ptr(), std::ptr::null(), 0, std::ptr::null_mut(), 0);
            self.checked(sealed).map(drop)
        }
    }

    /// Pushes samples. Returns the number accepted.
    pub(crate) fn push(&mut self, samples: &[f32]) -> Result<usize> {
        let mut taken = 0;
        // SAFETY: the samples are live; `taken` is a local.
        let status =
            unsafe { sqs_push(self.handle.as_ptr(), 0, samples.as_ptr().cast(), samples.len(), &raw mut taken) };
        self.checked(status).map(|_| taken)
    }

    /// Marks the end of the pushed samples.
    pub(crate) fn push_end(&mut self) -> Result<()> {
        // SAFETY: the handle is live.
        self.checked(unsafe { sqs_push_end(self.handle.as_ptr(), 0) }).map(drop)
    }

    /// Does at most `max` windows of the stream's work. Returns the number done.
    pub(crate) fn step(&mut self, max: u64) -> Result<u64> {
        let mut done = 0;
        // SAFETY: the handle is live; `done` is a local.
        self.checked(unsafe { sqs_step(self.handle.as_ptr(), max, &raw mut done) }).map(|_| done)
    }

    /// Pulls as many finished rows of `row_len` numbers as fit. Returns None when the stream has ended.
    pub(crate) fn pull(&mut self, stage: Stage, row_len: usize, rows: &mut [f32]) -> Result<Option<usize>> {
        let mut got = 0;
        let (at, room) = (rows.as_mut_ptr().cast(), rows.len() / row_len);
        // SAFETY: there is room for `room` rows of the stage's length; `got` is a local.
        let status = self.checked(unsafe { sqs_pull(self.handle.as_ptr(), stage, at, room, &raw mut got) })?;
        Ok((status != SQS_END).then_some(got))
    }

    /// Appends a saved state to `file`, from which [`Pipeline::restore`] resumes.
    pub(crate) fn save(&mut self, file: &mut Vec<u8>) -> Result<()> {
        let ctx = std::ptr::from_mut(file).cast();
        // SAFETY: the Vec outlives the call.
        let status = unsafe { sqs_checkpoint_save(self.handle.as_ptr(), Some(append), ctx, std::ptr::null_mut()) };
        self.checked(status).map(drop)
    }

    /// Restores a saved state. Returns the number of the next sample to push.
    pub(crate) fn restore(&mut self, file: &[u8]) -> Result<u64> {
        // SAFETY: plain C data; the file and the struct outlive the call.
        unsafe {
            let mut resume = std::mem::zeroed::<sqs_resume>();
            resume.struct_size = size_of::<sqs_resume>() as u32;
            let file = (file.as_ptr().cast(), file.len());
            let status = sqs_checkpoint_restore(self.handle.as_ptr(), file.0, file.1, &raw mut resume);
            self.checked(status).map(|_| resume.next_sample[0])
        }
    }

    /// Statistics since the pipeline was created.
    pub(crate) fn stats(&mut self) -> Result<Stats> {
        let mut stats = sqs_stats { struct_size: size_of::<sqs_stats>() as u32, ..Default::default() };
        // SAFETY: the struct is initialized with its size.
        let status = unsafe { sqs_pipeline_stats(self.handle.as_ptr(), &raw mut stats) };
        self.checked(status).map(|_| stats)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        // SAFETY: the handle is live and not used afterwards; after the deletion the library no longer
        // refers to hooks and stages.
        unsafe {
            sqs_pipeline_delete(self.handle.as_ptr());
            self.hooks.drain(..).for_each(|hook| drop(Box::from_raw(hook.as_ptr())));
            self.stages.drain(..).for_each(|stage| drop(Box::from_raw(stage.as_ptr())));
        }
    }
}
