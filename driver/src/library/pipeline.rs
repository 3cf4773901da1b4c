//! A pipeline of `f32` samples.

use super::config::{Config, Costs, Mode, Plan, Registered, Stats};
use super::samples::{Held, Hook, Samples, read_hook};
use super::stages::{Custom, Edge, Hosted, Shape, from, join, run_custom};
use super::{Failure, Result, no_error, text_of};
use core::ffi::{CStr, c_char, c_void};
use sqrtspace::ffi::*;
use std::any::Any;
use std::ffi::CString;
use std::ptr::NonNull;

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
        let (mut error, mut handle) = (no_error(), std::ptr::null_mut());
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
        // SAFETY: the handle is live, the buffer as long as told.
        unsafe {
            sqs_pipeline_error_detail(self.handle.as_ptr(), text.as_mut_ptr(), text.len(), std::ptr::null_mut());
        }
        let mut failure = Failure::new(status, text_of(&text));
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
        let status = unsafe { sqs_pipeline_stats(self.handle.as_ptr(), &raw mut stats) };
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
