//! What the rows of inputs and stages are.

use crate::checked;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, versioned};
use crate::graph::Node;
use crate::limits::NAME_LEN;
use crate::pipeline::Pipeline;
use crate::series::Axis;
use crate::status::Status;
use core::ffi::c_char;
use core::mem::size_of;

/// What the rows of a stage or the windows of an input are.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_row_info {
    /// In: sizeof(sqs_row_info).
    pub struct_size: u32,
    /// Element type, #SQS_I8 to #SQS_C32.
    pub dtype: u32,
    /// Elements of a row. Of an input: window * channels.
    pub len: u64,
    /// Bytes of a row.
    pub row_bytes: u64,
    /// Samples from the start of a row to the start of the next; 0 if that is not a whole number. Of an input: hop.
    pub row_step: u64,
    /// Interleaved channels in a row.
    pub row_channels: u32,
    /// Unit of the elements, #SQS_UNIT_OTHER to #SQS_UNIT_POWER.
    pub row_unit: u32,
    /// #SQS_STAGE_BINS if the elements are bins, #SQS_STAGE_REVERSE for a reverse scan.
    pub flags: u32,
    /// Bytes of the state of a scan, else 0.
    pub state_bytes: u32,
    /// Windows of the inputs per row: row t belongs to window t * windows_per_row. Of an input: 1.
    pub windows_per_row: u64,
    /// Windows after its own that a row depends on: row t is final once window t * windows_per_row + delay_windows has
    /// arrived. Of an input: 0.
    pub delay_windows: u64,
    /// Name, zero-terminated.
    pub name: [c_char; 32],
}
versioned!(sqs_row_info);

const _: () = assert!(NAME_LEN < 32);

/// What the rows of a node are.
fn info(core: &Pipeline<'_>, node: Node) -> sqs_row_info {
    use super::{SQS_STAGE_BINS, SQS_STAGE_REVERSE};
    let graph = core.graph();
    let (shape, series) = (graph.shape(node), graph.series(node));
    let bins = if series.axis == Axis::Time { 0 } else { SQS_STAGE_BINS };
    let mut info = sqs_row_info {
        struct_size: size_of::<sqs_row_info>() as u32,
        dtype: shape.dtype as u32,
        len: checked::count(shape.len),
        row_bytes: checked::count(shape.bytes()),
        row_step: series.step,
        row_channels: series.channels,
        row_unit: series.unit as u32,
        flags: bins,
        state_bytes: 0,
        windows_per_row: graph.rate(node),
        delay_windows: 0,
        name: [0; 32],
    };
    let name = match node {
        Node::Input(i) => graph.inputs().get(i).map(|i| i.name),
        Node::Stage(s) => graph.stages().get(s).map(|s| {
            info.delay_windows = s.delay;
            info.state_bytes = u32::try_from(s.state_bytes).unwrap_or(u32::MAX);
            info.flags |= if s.reverse { SQS_STAGE_REVERSE } else { 0 };
            s.name
        }),
    };
    for (to, from) in info.name.iter_mut().zip(name.unwrap_or_default().as_bytes()) {
        *to = *from as c_char;
    }
    info
}

/// Returns what the rows of a stage are: name, element type, length, and what the planner knows of their time.
///
/// Stages are numbered from 0 in the order of registration. Before and after seal. Does not allocate.
///
/// @param[in]  pipeline  handle
/// @param[in]  stage     number of the stage
/// @param[out] rows      the rows; struct_size set by the caller
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, the stage does not exist, or rows is NULL
/// @retval SQS_ERR_ALIGN        rows is misaligned
/// @retval SQS_ERR_OVERLAP      rows lies in memory of the pipeline
/// @retval SQS_ERR_STRUCT_SIZE  rows->struct_size is not valid
/// @retval SQS_ERR_REENTRANT    called from a callback of this handle
/// @retval SQS_ERR_POISONED     the handle is poisoned
/// @see sqs_stage_find(), sqs_input_info()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_info(
    pipeline: *mut sqs_pipeline,
    stage: u32,
    rows: *mut sqs_row_info,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::structure("rows", rows)], &[])?;
        structs::writable(rows)?;
        super::buffers::row_bytes(core, stage)?;
        structs::write(rows, info(core, Node::Stage(stage as usize)))?;
        Ok(Status::Ok)
    })
}

/// Returns what the windows of an input are: name, element type, length, hop and channels.
///
/// Before and after seal. Does not allocate.
///
/// @param[in]  pipeline  handle
/// @param[in]  input     number of the input; 0 is "input"
/// @param[out] rows      the windows; struct_size set by the caller
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, the input does not exist, or rows is NULL
/// @retval SQS_ERR_ALIGN        rows is misaligned
/// @retval SQS_ERR_OVERLAP      rows lies in memory of the pipeline
/// @retval SQS_ERR_STRUCT_SIZE  rows->struct_size is not valid
/// @retval SQS_ERR_REENTRANT    called from a callback of this handle
/// @retval SQS_ERR_POISONED     the handle is poisoned
/// @see sqs_input_position(), sqs_stage_info()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_input_info(
    pipeline: *mut sqs_pipeline,
    input: u32,
    rows: *mut sqs_row_info,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::structure("rows", rows)], &[])?;
        structs::writable(rows)?;
        if input as usize >= core.graph().inputs().len() {
            return Err(core.graph().unknown_input(input as usize));
        }
        structs::write(rows, info(core, Node::Input(input as usize)))?;
        Ok(Status::Ok)
    })
}
