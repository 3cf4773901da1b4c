//! Structs of the caller, which may be of an older or newer version: each starts with its size.

use crate::checked;
use crate::status::{Error, Result, Status};
use core::mem::{MaybeUninit, align_of, size_of};

/// A struct of the C API. All of them are plain C data: any bytes are a value (function pointers are optional).
///
/// # Safety
/// The type must be `repr(C)`, start with `struct_size: u32`, and be valid for the zero bytes.
pub(super) unsafe trait Versioned: Copy {
    /// Size of version 1.
    const FIRST: usize = size_of::<Self>();
}

macro_rules! versioned {
    ($($t:ty),* $(,)?) => { $(
        // SAFETY: repr(C) structs of integers, raw pointers and optional functions, starting with struct_size.
        unsafe impl Versioned for $t {}
    )* };
}
use super::types::*;
use crate::util::unsigned::Unsigned;
#[cfg(feature = "codec")]
versioned!(
    super::codec::sqs_encode_options,
    super::codec::sqs_decode_options,
    super::codec::sqs_codec_stats,
    super::codec::sqs_stream,
    super::codec::sqs_ccsds121_params,
);
versioned!(sqs_memory, sqs_input_desc, sqs_request, sqs_source, sqs_resume);

/// Structs that have grown, with the last field of version 1 and its type.
macro_rules! grown {
    ($($t:ty: $field:ident $of:ty),* $(,)?) => { $(
        // SAFETY: as above.
        unsafe impl Versioned for $t {
            const FIRST: usize = core::mem::offset_of!($t, $field) + size_of::<$of>();
        }
    )* };
}
grown!(
    sqs_config: checkpoint_slots u32,
    sqs_stage_desc: state_word u32,
    sqs_builtin_desc: param_count u32,
    sqs_plan_info: sweep_passes u64,
    sqs_stats: recomputed_rows u64,
);

/// Fills a struct with zeros, which mean the defaults, and sets its struct_size.
pub(super) fn init<T: Versioned>(p: *mut T, struct_size: usize) -> i32 {
    if usable(p.cast_const()).is_err() {
        return Status::Argument.code();
    }
    if struct_size < T::FIRST || struct_size > 1 << 16 {
        return Status::StructSize.code();
    }
    // SAFETY: the caller's struct has struct_size bytes.
    unsafe {
        core::ptr::write_bytes(p.cast::<u8>(), 0, struct_size);
        p.cast::<u32>().write(struct_size as u32);
    }
    Status::Ok.code()
}

/// Checks that a pointer can be read or written as a `T`.
pub(super) fn usable<T>(p: *const T) -> Result<()> {
    aligned(p.addr(), align_of::<T>())
}

// Once for all types, as what follows.
fn aligned(addr: usize, align: usize) -> Result<()> {
    if addr == 0 {
        return Err(Error::new(Status::Argument, "a pointer is NULL"));
    }
    if addr & align.wrapping_sub(1) != 0 {
        return Err(Error::new(Status::Align, "a pointer to a struct or number is not aligned to {a} bytes")
            .a(checked::count(align)));
    }
    Ok(())
}

/// What is to be known of the type of a struct.
#[derive(Clone, Copy)]
struct Kind {
    align: usize,
    first: usize,
    size: usize,
}

const fn kind<T: Versioned>() -> Kind {
    Kind { align: align_of::<T>(), first: T::FIRST, size: size_of::<T>() }
}

fn checked_size(p: *const u8, kind: Kind) -> Result<usize> {
    aligned(p.addr(), kind.align)?;
    // SAFETY: not NULL and aligned; the caller gives a struct that starts with its size.
    let size = unsafe { p.cast::<u32>().read() } as usize;
    if size < kind.first {
        let text = "struct_size is {a}, the first version of the struct has {b} bytes";
        return Err(Error::new(Status::StructSize, text).a(checked::count(size)).b(checked::count(kind.first)));
    }
    Ok(size)
}

/// Reads a struct: what an older caller does not have is zero; what a newer one has beyond ours must be.
pub(super) fn read<T: Versioned>(p: *const T) -> Result<T> {
    let mut value = MaybeUninit::<T>::zeroed();
    let len = known(p.cast(), kind::<T>())?;
    // SAFETY: both have at least `len` bytes; zero and any bytes are a value of a Versioned.
    unsafe {
        core::ptr::copy_nonoverlapping(p.cast::<u8>(), value.as_mut_ptr().cast(), len);
        Ok(value.assume_init())
    }
}

/// How many bytes of a struct are ours.
fn known(p: *const u8, kind: Kind) -> Result<usize> {
    let size = checked_size(p, kind)?;
    if size > 1 << 16 {
        return Err(
            Error::new(Status::StructSize, "struct_size is {a}, which is no size of a struct").a(checked::count(size))
        );
    }
    for at in kind.size..size {
        // SAFETY: the caller says that his struct has `size` bytes.
        if unsafe { p.add(at).read() } != 0 {
            let text = "the struct has fields set that this version does not know";
            return Err(Error::new(Status::Unsupported, text));
        }
    }
    Ok(size.min(kind.size))
}

/// Checks a struct that is to be written, before any work is done for it.
pub(super) fn writable<T: Versioned>(p: *mut T) -> Result<()> {
    checked_size(p.cast_const().cast(), kind::<T>()).map(|_| ())
}

/// Writes a struct, as much of it as the caller has, keeping his struct_size.
pub(super) fn write<T: Versioned>(p: *mut T, mut value: T) -> Result<()> {
    let size = checked_size(p.cast_const().cast(), kind::<T>())?;
    let len = size.min(size_of::<T>());
    // SAFETY: checked above; every Versioned starts with its size.
    unsafe {
        core::ptr::from_mut(&mut value).cast::<u32>().write(size as u32);
        core::ptr::copy_nonoverlapping(core::ptr::from_ref(&value).cast::<u8>(), p.cast(), len);
    }
    Ok(())
}

/// Reads a name: UTF-8, closed with a zero within `most` bytes.
///
/// # Safety
/// `p` is NULL or points to a C string that outlives `'a`.
pub(super) unsafe fn name<'a>(p: *const core::ffi::c_char, most: usize) -> Result<&'a str> {
    if p.is_null() {
        return Err(Error::new(Status::Argument, "a name is NULL"));
    }
    let mut len = 0usize;
    // SAFETY: reading stops at the closing zero of the caller's string, or at `most` bytes.
    while len <= most && unsafe { p.cast::<u8>().add(len).read() } != 0 {
        len = len.sat_add(1);
    }
    if len > most {
        return Err(Error::new(Status::Name, "a name is longer than {a} bytes").a(checked::count(most)));
    }
    // SAFETY: these bytes were just read.
    let bytes = unsafe { core::slice::from_raw_parts(p.cast::<u8>(), len) };
    core::str::from_utf8(bytes).map_err(|_| Error::new(Status::Name, "a name is not UTF-8"))
}

/// An array of the caller.
///
/// # Safety
/// `p` is NULL (then `count` must be 0) or points to `count` values that outlive `'a`.
pub(super) unsafe fn array<'a, T>(p: *const T, count: usize) -> Result<&'a [T]> {
    if count == 0 {
        return Ok(&[]);
    }
    usable(p)?;
    if count.checked_mul(size_of::<T>()).is_none_or(|bytes| bytes > isize::MAX as usize) {
        return Err(Error::new(Status::Overflow, "an array does not fit the address space"));
    }
    // SAFETY: not NULL, aligned, and of `count` values as the caller says.
    Ok(unsafe { core::slice::from_raw_parts(p, count) })
}

/// Copies a text to the caller, closed with a zero and cut where his buffer ends.
pub(super) fn put_text(
    text: &crate::util::text::Text<160>,
    buf: *mut core::ffi::c_char,
    cap: usize,
    need: *mut usize,
) -> sqs_status {
    let bytes = text.as_bytes();
    let whole = bytes.len().sat_add(1);
    if !need.is_null() && usable(need.cast_const()).is_ok() {
        // SAFETY: checked.
        unsafe { need.write(whole) };
    }
    if buf.is_null() && cap > 0 {
        return Status::Argument.code();
    }
    if cap > 0 {
        let n = bytes.len().min(cap.sat_sub(1));
        // SAFETY: n + 1 <= cap bytes of the caller's buffer.
        unsafe {
            core::ptr::copy_nonoverlapping(bytes.as_ptr(), buf.cast::<u8>(), n);
            buf.add(n).write(0);
        }
    }
    if cap < whole { Status::Space.code() } else { Status::Ok.code() }
}
