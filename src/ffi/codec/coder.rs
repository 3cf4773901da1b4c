//! Coders in memory of the caller: their handles, how they are set up, and one step of them. The functions of
//! encoder.rs, decoder.rs and ccsds121.rs are built from these parts. Coders call nothing back; a sink (sink.rs), which
//! does, marks its encoder as busy meanwhile.

use super::area::given;
use crate::checked;
use crate::codec::{Flow, Progress};
use crate::ffi::regions::{Call, NOTHING, Own, Region};
use crate::ffi::status::{guarded, leave, sqs_error, sqs_status, without_handle};
use crate::ffi::structs::{self, Out, put_text};
use crate::limits::AREA_ALIGN;
use crate::mem::Span;
use crate::status::{Error, Result, Status};
use crate::util::text::Text;
use core::ffi::{c_char, c_void};
use core::mem::MaybeUninit;

/// @name Flow of input into a coder
///
/// More input will follow.
pub const SQS_FLOW_CONTINUE: u32 = 0;
/// More input will follow. Output all input so far, up to the last whole row.
pub const SQS_FLOW_FLUSH: u32 = 1;
/// This is the end of the input.
pub const SQS_FLOW_END: u32 = 2;

fn flow_of(flow: u32) -> Result<Flow> {
    match flow {
        SQS_FLOW_CONTINUE => Ok(Flow::Continue),
        SQS_FLOW_FLUSH => Ok(Flow::Flush),
        SQS_FLOW_END => Ok(Flow::End),
        other => {
            Err(Error::new(Status::Argument, "flow is {a}, not SQS_FLOW_CONTINUE, SQS_FLOW_FLUSH or SQS_FLOW_END")
                .a(other))
        }
    }
}

/// The start of every handle.
pub(super) struct Head {
    magic: u32,
    /// A sink works on the encoder, and may be in a function of the caller.
    busy: bool,
    detail: Option<Error>,
    /// Bytes of the memory that holds the coder, used and given.
    pub(super) bytes: u64,
    given: usize,
}

/// A struct with a head.
pub(super) trait Handle {
    /// Distinguishes the kinds of handles from each other and from other memory.
    const MAGIC: u32;
    fn head(&self) -> &Head;
    fn head_mut(&mut self) -> &mut Head;
}

macro_rules! handle {
    ($t:ty, $magic:expr) => {
        impl super::coder::Handle for $t {
            const MAGIC: u32 = $magic;
            fn head(&self) -> &Head {
                &self.head
            }
            fn head_mut(&mut self) -> &mut Head {
                &mut self.head
            }
        }
    };
}
pub(super) use handle;

fn alive<T: Handle>(handle: *const T) -> Result<(), Status> {
    if handle.is_null() || !handle.addr().is_multiple_of(align_of::<T>()) {
        return Err(Status::Argument);
    }
    // SAFETY: not NULL and aligned; the caller gives a handle.
    if unsafe { (*handle).head().magic } == T::MAGIC { Ok(()) } else { Err(Status::Argument) }
}

/// Marks a handle as busy until [`release`]; fails if it is.
pub(super) fn hold<T: Handle>(handle: *mut T) -> Result<Own, Status> {
    alive(handle)?;
    // SAFETY: checked; no other reference to the head exists.
    let head = unsafe { (*handle).head_mut() };
    if core::mem::replace(&mut head.busy, true) { Err(Status::Reentrant) } else { Ok(own_of(handle, Ok(()))) }
}

/// Ends [`hold`].
pub(super) fn release<T: Handle>(handle: *mut T) {
    if alive(handle).is_ok() {
        // SAFETY: as above.
        unsafe { (*handle).head_mut().busy = false };
    }
}

/// The memory of a handle, if it is one.
fn own_of<T: Handle>(handle: *const T, state: Result<(), Status>) -> Own {
    let mut own = NOTHING;
    if let (Ok(()), Some(first)) = (state, own.first_mut()) {
        // SAFETY: checked by `alive`.
        *first = Span { at: handle.addr(), len: unsafe { (*handle).head().given } };
    }
    own
}

/// Runs a call on a handle and keeps the detail of an error. `counts` are set to 0 whatever happens, unless they
/// overlap other memory.
pub(super) fn with<T: Handle>(
    handle: *mut T,
    counts: &[Region],
    body: impl FnOnce(&mut T, &mut Call<'_>) -> Result<Status>,
) -> sqs_status {
    let state = alive(handle);
    let mut call = Call::new(own_of(handle, state), counts);
    if let Err(status) = state {
        call.finish();
        return leave(status);
    }
    // SAFETY: checked; a handle is used by one task at a time.
    let handle = unsafe { &mut *handle };
    let result = guarded(|| body(handle, &mut call));
    call.finish();
    match result {
        Ok(status) => leave(status),
        Err(e) => {
            handle.head_mut().detail = Some(e);
            leave(e.status)
        }
    }
}

/// Copies the text of the last error.
pub(super) fn error_detail<T: Handle>(
    handle: *const T,
    buffer: *mut c_char,
    capacity_bytes: usize,
    needed_bytes: *mut usize,
) -> sqs_status {
    let state = alive(handle);
    let text = state.map(|()| {
        let mut text = Text::new();
        // SAFETY: checked.
        if let Some(e) = unsafe { (*handle).head().detail } {
            e.write(&mut text);
        }
        text
    });
    put_text(own_of(handle, state), text, buffer, capacity_bytes, needed_bytes)
}

/// Bytes of the area for the handle itself.
pub(super) const fn handle_bytes<T>() -> usize {
    size_of::<T>().next_multiple_of(AREA_ALIGN)
}

/// Returns size and alignment of the memory of a coder to the caller.
pub(super) fn memory_size(
    options: Region,
    bytes: *mut usize,
    align: *mut usize,
    needed: impl FnOnce() -> Result<usize>,
) -> sqs_status {
    without_handle(core::ptr::null_mut(), |call| {
        call.claim(&[Region::value("bytes", bytes), Region::value("align", align)], &[options])?;
        let (bytes, align) = (Out::new("bytes", bytes)?, Out::new("align", align)?);
        bytes.set(needed()?);
        align.set(AREA_ALIGN);
        Ok(Status::Ok)
    })
}

/// Memory of the caller for a coder, and the places for its handle and an error.
pub(super) struct Setup<T> {
    pub(super) memory: *mut c_void,
    pub(super) bytes: usize,
    pub(super) options: Region,
    pub(super) handle: *mut *mut T,
    pub(super) error: *mut sqs_error,
}

/// Sets up a coder: `parse` returns the bytes it needs and its parameters, `build` makes it from the memory after the
/// handle.
pub(super) fn init<T: Handle + 'static, P>(
    setup: Setup<T>,
    parse: impl FnOnce() -> Result<(usize, P)>,
    build: impl FnOnce(Head, P, &'static mut [MaybeUninit<u8>]) -> Result<T>,
) -> sqs_status {
    without_handle(setup.error, |call| {
        let memory = Region::bytes("memory", setup.memory, setup.bytes);
        call.claim(&[Region::value("the place of the handle", setup.handle), memory], &[setup.options])?;
        let out = Out::new("handle", setup.handle)?;
        let (needed, parsed) = parse()?;
        // SAFETY: the caller gives the memory to the coder.
        let area = unsafe { given(setup.memory, setup.bytes, needed)? };
        let (place, rest) = split::<T>(area)?;
        let head =
            Head { magic: T::MAGIC, busy: false, detail: None, bytes: checked::count(needed), given: setup.bytes };
        out.set(place.write(build(head, parsed, rest)?));
        Ok(Status::Ok)
    })
}

/// The place of the handle, and the rest of the area.
fn split<T>(area: &mut [MaybeUninit<u8>]) -> Result<(&mut MaybeUninit<T>, &mut [MaybeUninit<u8>])> {
    const { assert!(align_of::<T>() <= AREA_ALIGN) };
    let short = Error::new(Status::Memory, "no room for the handle");
    let (head, rest) = area.split_at_mut_checked(handle_bytes::<T>()).ok_or(short)?;
    // SAFETY: the area is aligned to AREA_ALIGN (checked in `given`), and long enough.
    Ok((unsafe { &mut *head.as_mut_ptr().cast() }, rest))
}

/// Input of a step, and the place for the number of bytes consumed.
pub(super) type InputSpan = (*const c_void, usize, *mut usize);
/// Output of a step, and the place for the number of bytes written.
pub(super) type OutputSpan = (*mut c_void, usize, *mut usize);

/// Buffers of a step, and the places for its counts.
struct Spans<'a> {
    input: &'a [u8],
    output: &'a mut [u8],
    consumed: Out<usize>,
    written: Out<usize>,
}

/// Checks the buffers of a step, and sets its counts to 0.
///
/// # Safety
/// Input and output are NULL or have the given number of bytes.
unsafe fn spans<'a>(
    call: &mut Call<'_>,
    other: Region,
    (input, in_bytes, consumed): InputSpan,
    (output, out_bytes, written): OutputSpan,
) -> Result<Spans<'a>> {
    let (consumed, written) = (Out::new("consumed", consumed)?, Out::new("written", written)?);
    call.claim(&[Region::bytes("out", output, out_bytes), other], &[Region::bytes("in", input, in_bytes)])?;
    // SAFETY: by the contract of this function.
    let input = unsafe { structs::array("input", input.cast::<u8>(), in_bytes)? };
    if out_bytes == 0 {
        return Ok(Spans { input, output: &mut [], consumed, written });
    }
    // SAFETY: checked for NULL and length; no other reference to these bytes exists.
    unsafe { structs::array("output", output.cast::<u8>().cast_const(), out_bytes)? };
    // SAFETY: as above.
    let output = unsafe { core::slice::from_raw_parts_mut(output.cast(), out_bytes) };
    Ok(Spans { input, output, consumed, written })
}

/// Result of a step of a coder.
pub(super) struct Stepped {
    pub(super) consumed: usize,
    pub(super) written: usize,
    pub(super) status: Status,
}

/// Runs a step of a coder; both counts are always written. `other` is one more region that the call writes. A busy
/// handle is refused, unless it is the sink that `holds` it.
///
/// # Safety
/// Input and output are NULL or have the given number of bytes.
pub(super) unsafe fn step<T: Handle>(
    handle: *mut T,
    (input, output): (InputSpan, OutputSpan),
    (other, holds): (Region, bool),
    flow: u32,
    run: impl FnOnce(&mut T, &[u8], &mut [u8], Flow) -> Result<Stepped>,
) -> sqs_status {
    let counts = [Region::value("consumed_bytes", input.2), Region::value("written_bytes", output.2)];
    with(handle, &counts, |coder, call| {
        if coder.head().busy && !holds {
            return Err(Error::new(
                Status::Reentrant,
                "the call came from the write function of a sink: return from it first",
            ));
        }
        // SAFETY: by the contract of this function; overlaps are refused.
        let s = unsafe { spans(call, other, input, output)? };
        let step = run(coder, s.input, s.output, flow_of(flow)?)?;
        s.consumed.set(step.consumed);
        s.written.set(step.written);
        Ok(step.status)
    })
}

/// The status of a step of the container's encoder or decoder.
pub(super) fn status_of(progress: Progress) -> Status {
    match progress {
        Progress::Input => Status::Ok,
        Progress::Output => Status::Again,
        Progress::Done => Status::End,
    }
}
