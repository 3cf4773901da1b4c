//! Rows of a request, encoded into a file.

use super::area::Area;
use super::encode_options::{parse, sqs_encode_options};
use super::files::keep;
use super::stats::{encoded, sqs_codec_stats, write_stats};
use crate::checked;
use crate::codec::container::format::MAX_CHANNELS;
use crate::codec::stream::encoder::Encoder;
use crate::codec::stream::memory::EncodeMemory;
use crate::codec::{Flow, Progress};
use crate::dtype::Dtype;
use crate::ffi::elements::{SQS_BIG_ENDIAN, SQS_F32, SQS_LITTLE_ENDIAN};
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::pipeline::evaluate::run;
use crate::ffi::pipeline::request::{request as parse_request, sqs_request};
use crate::ffi::pipeline::seal::seal_first;
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs;
use crate::io::replace::{PATH_LEN, Replacement};
use crate::io::{ByteSink, Sink, SinkBox};
use crate::kernel::Code;
use crate::mem::Layout;
use crate::pipeline::Pipeline;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::c_char;

/// Buffer for encoded bytes before they are written to the file.
const OUT_BYTES: usize = 16 << 10;

/// The encoder and the file that a sink writes to.
struct Rows<'m> {
    encoder: Encoder<'m>,
    buffer: &'m mut [u8],
    file: Replacement,
    written: u64,
    failed: Option<Error>,
}

impl Rows<'_> {
    fn encode(&mut self, mut bytes: &[u8], flow: Flow) -> Result<()> {
        // Each turn consumes input or fills the buffer: bounded by the buffers that the frames of these bytes fill.
        loop {
            let step = self.encoder.step(bytes, self.buffer, flow)?;
            self.file.write(self.written, self.buffer.get(..step.written).unwrap_or(&[]))?;
            self.written = self.written.sat_add(checked::count(step.written));
            bytes = bytes.get(step.consumed..).unwrap_or(&[]);
            if step.progress != Progress::Output {
                return Ok(());
            }
        }
    }
}

/// The sink, which the pipeline holds; its target belongs to the call.
struct FileSink(*mut Rows<'static>);

impl Sink for FileSink {
    fn rows(&mut self, _: u64, _: usize, bytes: &[u8]) -> Result<(), Code> {
        // SAFETY: valid during the call that evaluates, which nothing outlives; no other reference exists meanwhile.
        let rows = unsafe { &mut *self.0 };
        rows.encode(bytes, Flow::Continue).map_err(|e| {
            rows.failed = Some(e);
            Code(e.os_errno())
        })
    }
}

/// The caller's options, with sample type, byte order and channels of the rows of a stage.
fn options_for(core: &Pipeline<'static>, stage: u32, options: *const sqs_encode_options) -> Result<sqs_encode_options> {
    let mut o = structs::read(options)?;
    let stages = core.graph().stages();
    let found = stages.get(stage as usize);
    let shape = found
        .ok_or_else(|| {
            Error::new(Status::Argument, "stage {a} does not exist: the pipeline has {b} stages, numbered from 0")
                .a(stage)
                .b(checked::count(stages.len()))
        })?
        .shape;
    let complex = shape.dtype == Dtype::C32;
    o.struct_size = size_of::<sqs_encode_options>() as u32;
    o.dtype = if complex { SQS_F32 } else { shape.dtype as u32 };
    o.byte_order = if cfg!(target_endian = "big") { SQS_BIG_ENDIAN } else { SQS_LITTLE_ENDIAN };
    let len = shape.len.sat_mul(if complex { 2 } else { 1 });
    // Longer rows count as one channel.
    o.channels = u32::try_from(len).ok().filter(|n| *n <= MAX_CHANNELS).unwrap_or(1);
    Ok(o)
}

/// The memory that options give to the encoder.
fn memory_of(options: *const sqs_encode_options) -> Result<Region> {
    let o = structs::read(options)?;
    Ok(Region::bytes("memory of the options", o.memory, o.memory_bytes))
}

/// Evaluates a request into an encoded file; its rows, in their order, are the original. Hosts only.
///
/// Sample type, byte order and channels are those of the stage, whatever the options are; threads and progress are
/// ignored. Writes the output as sqs_encode_file() does. After an error no file remains, and an earlier output is
/// unchanged.
///
/// @param[in]  pipeline  handle; sqs_pipeline_error_detail() returns the detail of an error
/// @param[in]  request   the rows
/// @param[in]  path      output: UTF-8, at most 4095 bytes; if it exists, a regular file
/// @param[in]  options   options of the encoder
/// @param[out] stats     statistics, also after an error; struct_size set by the caller; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_IO      the file cannot be created or written, or the disk is full
/// @retval SQS_ERR_MEMORY  the heap has no memory, or the memory of the options is too small
/// @retval SQS_ERR_NAME    path is too long or not UTF-8
/// @return the statuses of sqs_evaluate_to(), and those of sqs_encode_file() for its options
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_evaluate_to_file(
    pipeline: *mut sqs_pipeline,
    request: *const sqs_request,
    path: *const c_char,
    options: *const sqs_encode_options,
    stats: *mut sqs_codec_stats,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, holder, call| {
        let ins = [Region::structure("request", request), Region::structure("options", options)];
        let memory = if options.is_null() { Region::NONE } else { memory_of(options)? };
        call.claim(&[Region::structure("stats", stats), memory], &ins)?;
        if !stats.is_null() {
            structs::writable(stats)?;
        }
        // SAFETY: the caller gives a C string.
        let path = unsafe { structs::name_apart(call, "path", path, PATH_LEN)? };
        let request = parse_request(request)?;
        core.available_rows(request.stage)?;
        let (options, o) = parse(&options_for(core, request.stage as u32, options)?)?;
        seal_first(core, holder, call, &[request])?;
        let sizes = options.memory()?;
        let mut layout = Layout::default();
        sizes.reserve(&mut layout)?;
        layout.reserve::<u8>(OUT_BYTES)?;
        let mut area = Area::new(o.memory, o.memory_bytes, layout.bytes())?;
        let mut carver = area.carver()?;
        let encoder = Encoder::new(options, EncodeMemory::carve(&mut carver, &sizes)?)?;
        let buffer = carver.filled(OUT_BYTES, 0)?;
        let file = Replacement::beside(path, None)?;
        let mut rows = Rows { encoder, buffer, file, written: 0, failed: None };
        let sink = SinkBox::new(FileSink((&raw mut rows).cast()));
        let done = run(core, &request, sink, &mut 0);
        // The sink's error is more specific than "a callback failed".
        let done = done.map_err(|e| rows.failed.unwrap_or(e)).and_then(|_| rows.encode(&[], Flow::End));
        let value = encoded(&rows.encoder.stats(), done.is_ok());
        let mut value = sqs_codec_stats { peak_bytes: checked::count(layout.bytes()), ..value };
        let len = rows.written;
        let done = done.and_then(|()| keep(rows.file, len, &mut value));
        write_stats(stats, value)?;
        done.map(|()| Status::Ok)
    })
}
