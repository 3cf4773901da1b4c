//! Rows of a range, encoded into a file.

use super::area::Area;
use super::encode_file::keep;
use super::options::{encode, encoded, write_stats};
use super::types::*;
use crate::checked;
use crate::codec::container::format::MAX_CHANNELS;
use crate::codec::stream::encoder::Encoder;
use crate::codec::stream::memory::EncodeMemory;
use crate::codec::{Flow, Progress};
use crate::dtype::Dtype;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::pipeline::evaluate::run;
use crate::ffi::pipeline::plan::{request, seal_first};
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::io::replace::{PATH_LEN, Replacement};
use crate::io::{ByteSink, Sink, SinkBox};
use crate::kernel::Code;
use crate::mem::{Carver, Layout};
use crate::pipeline::Pipeline;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::c_char;

/// Encoded bytes on their way to the file.
const OUT_BYTES: usize = 16 << 10;

/// The file behind a sink.
struct Rows<'m> {
    encoder: Encoder<'m>,
    buffer: &'m mut [u8],
    file: Replacement,
    written: u64,
    failed: Option<Error>,
}

impl Rows<'_> {
    fn pass(&mut self, mut bytes: &[u8], flow: Flow) -> Result<()> {
        // Each turn takes input or fills the buffer: as many as the frames of these bytes have buffers.
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

/// The sink lies in the pipeline; what it writes to, with the call.
struct FileSink(*mut Rows<'static>);

impl Sink for FileSink {
    fn rows(&mut self, _: u64, _: usize, bytes: &[u8]) -> Result<(), Code> {
        // SAFETY: alive during the call that evaluates, which nothing outlives, and used by nothing else meanwhile.
        let rows = unsafe { &mut *self.0 };
        rows.pass(bytes, Flow::Continue).map_err(|e| {
            rows.failed = Some(e);
            Code(e.os)
        })
    }
}

/// What the rows of a stage are, in options of the caller.
fn options_for(core: &Pipeline<'static>, stage: u32, options: *const sqs_encode_options) -> Result<sqs_encode_options> {
    let mut o = structs::read(options)?;
    let found = core.graph().stages().get(stage as usize);
    let shape = found.ok_or_else(|| Error::new(Status::Argument, "there is no stage {a}").a(stage))?.shape;
    let complex = shape.dtype == Dtype::C32;
    o.struct_size = size_of::<sqs_encode_options>() as u32;
    o.dtype = if complex { SQS_F32 } else { shape.dtype as u32 };
    o.byte_order = if cfg!(target_endian = "big") { SQS_BIG_ENDIAN } else { SQS_LITTLE_ENDIAN };
    let len = shape.len.sat_mul(if complex { 2 } else { 1 });
    // Longer rows are taken for one channel.
    o.channels = u32::try_from(len).ok().filter(|n| *n <= MAX_CHANNELS).unwrap_or(1);
    Ok(o)
}

/// Evaluates a request into a file, encoded: its rows, in their order, are the original. Hosts only. Sample type, byte
/// order and channels are the stage's, whatever options say; threads and progress are not looked at. The file is
/// written beside the output and takes its place when it is complete and on the disk; an error leaves nothing behind.
///
/// path: as in sqs_encode_file. stats: NULL, or where to put the figures, also after an error.
/// Returns what sqs_evaluate_to returns, with the detail in the pipeline; SQS_ERR_IO: the file cannot be made or written,
/// or the disk is full; SQS_ERR_MEMORY; what sqs_encode_file returns for paths and options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_evaluate_to_file(
    pipeline: *mut sqs_pipeline,
    ask: *const sqs_request,
    path: *const c_char,
    options: *const sqs_encode_options,
    stats: *mut sqs_codec_stats,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, holder| {
        if !stats.is_null() {
            structs::writable(stats)?;
        }
        // SAFETY: the caller gives a C string.
        let path = unsafe { structs::name(path, PATH_LEN)? };
        let ask = request(ask)?;
        core.available_rows(ask.stage)?;
        let (options, o) = encode(&options_for(core, ask.stage as u32, options)?)?;
        seal_first(core, holder, &[ask])?;
        let sizes = options.memory()?;
        let mut layout = Layout::default();
        sizes.reserve(&mut layout)?;
        layout.reserve::<u8>(OUT_BYTES)?;
        let mut area = Area::new(o.memory, o.memory_bytes, layout.bytes())?;
        let mut carver = Carver::new(area.bytes())?;
        let encoder = Encoder::new(options, EncodeMemory::carve(&mut carver, &sizes)?)?;
        let buffer = carver.filled(OUT_BYTES, 0)?;
        let file = Replacement::beside(path, None)?;
        let mut rows = Rows { encoder, buffer, file, written: 0, failed: None };
        let sink = SinkBox::new(FileSink((&raw mut rows).cast()), |p| p);
        let done = run(core, &ask, sink, &mut 0);
        // The sink's own words say more than "a callback failed".
        let done = done.map_err(|e| rows.failed.unwrap_or(e)).and_then(|_| rows.pass(&[], Flow::End));
        let value = encoded(&rows.encoder.stats(), done.is_ok());
        let mut value = sqs_codec_stats { peak_bytes: checked::count(layout.bytes()), ..value };
        let len = rows.written;
        let done = done.and_then(|()| keep(rows.file, len, &mut value));
        write_stats(stats, value)?;
        done.map(|()| Status::Ok)
    })
}
