//! Pointers of the caller: structs of an older or newer version, each of which starts with its size, and
//! out-parameters, names, arrays and texts.

use super::regions::{Call, Own, Region};
use super::status::leave;
pub(super) use super::versioned::{Versioned, versioned};
use crate::checked;
use crate::status::{Error, Name, Result, Status};
use crate::util::text::Text;
use crate::util::unsigned::Unsigned;
use core::ffi::c_char;
use core::mem::{MaybeUninit, align_of, size_of};

/// Limit of struct_size: no struct of any version is that large.
const MAX_STRUCT_SIZE: usize = 1 << 16;

/// Fills a struct with zeros, which mean the defaults, and sets its struct_size.
pub(super) fn init<T: Versioned>(p: *mut T, struct_size: usize) -> i32 {
    if usable(T::NAME, p.cast_const()).is_err() {
        return Status::Argument.code();
    }
    if struct_size < T::FIRST || struct_size > MAX_STRUCT_SIZE {
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
pub(super) fn usable<T>(name: &'static str, p: *const T) -> Result<()> {
    aligned(name, p.addr(), align_of::<T>())
}

// One function for all types.
fn aligned(name: &'static str, addr: usize, align: usize) -> Result<()> {
    if addr == 0 {
        return Err(named(Status::Argument, "{n} is NULL", name));
    }
    if addr & align.wrapping_sub(1) != 0 {
        return Err(named(Status::Align, "{n} must be aligned to {a} bytes", name).a(checked::count(align)));
    }
    Ok(())
}

/// An error about an argument or a struct.
fn named(status: Status, text: &'static str, argument: &str) -> Error {
    let mut name = Name::new();
    name.push_str(argument);
    Error::new(status, text).name(&name)
}

/// A place of the caller for one value, checked for NULL and alignment.
#[derive(Clone, Copy)]
pub(super) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// NULL is an error.
    pub(super) fn new(name: &'static str, p: *mut T) -> Result<Self> {
        usable(name, p.cast_const())?;
        Ok(Out(p))
    }

    /// NULL: the value is not wanted.
    pub(super) fn or_null(name: &'static str, p: *mut T) -> Result<Self> {
        if p.is_null() { Ok(Out(p)) } else { Out::new(name, p) }
    }

    pub(super) fn set(self, value: T) {
        if !self.0.is_null() {
            // SAFETY: checked above.
            unsafe { self.0.write(value) };
        }
    }
}

/// Layout of a struct of the C API.
#[derive(Clone, Copy)]
struct StructLayout {
    name: &'static str,
    align: usize,
    first: usize,
    size: usize,
}

const fn layout<T: Versioned>() -> StructLayout {
    StructLayout { name: T::NAME, align: align_of::<T>(), first: T::FIRST, size: size_of::<T>() }
}

fn checked_size(p: *const u8, layout: StructLayout) -> Result<usize> {
    aligned(layout.name, p.addr(), layout.align)?;
    // SAFETY: not NULL and aligned; the caller gives a struct that starts with its size.
    let size = unsafe { p.cast::<u32>().read() } as usize;
    if size < layout.first {
        let text = "{n}: struct_size is {a}, the first version has {b} bytes: set it to sizeof({n})";
        return Err(named(Status::StructSize, text, layout.name)
            .a(checked::count(size))
            .b(checked::count(layout.first)));
    }
    Ok(size)
}

/// Reads a struct: fields that an older caller does not have are zero; fields unknown to this version must be.
pub(super) fn read<T: Versioned>(p: *const T) -> Result<T> {
    let mut value = MaybeUninit::<T>::zeroed();
    let len = known_bytes(p.cast(), layout::<T>())?;
    // SAFETY: both have at least `len` bytes; zero and any bytes are a value of a Versioned.
    unsafe {
        core::ptr::copy_nonoverlapping(p.cast::<u8>(), value.as_mut_ptr().cast(), len);
        Ok(value.assume_init())
    }
}

/// Bytes of a struct that both the caller and this version have.
fn known_bytes(p: *const u8, layout: StructLayout) -> Result<usize> {
    let size = checked_size(p, layout)?;
    if size > MAX_STRUCT_SIZE {
        return Err(named(Status::StructSize, "{n}: struct_size is {a}: set it to sizeof({n})", layout.name)
            .a(checked::count(size)));
    }
    for at in layout.size..size {
        // SAFETY: the caller's struct has `size` bytes.
        if unsafe { p.add(at).read() } != 0 {
            let text =
                "{n}: the byte at {a} is set, which this version of {b} bytes does not know: zero the struct first";
            return Err(named(Status::Unsupported, text, layout.name)
                .a(checked::count(at))
                .b(checked::count(layout.size)));
        }
    }
    Ok(size.min(layout.size))
}

/// Checks a struct that will be written, before any work is done for it.
pub(super) fn writable<T: Versioned>(p: *mut T) -> Result<()> {
    checked_size(p.cast_const().cast(), layout::<T>()).map(|_| ())
}

/// Writes a struct, up to the size that the caller has, keeping the caller's struct_size.
pub(super) fn write<T: Versioned>(p: *mut T, mut value: T) -> Result<()> {
    let size = checked_size(p.cast_const().cast(), layout::<T>())?;
    let len = size.min(size_of::<T>());
    // SAFETY: checked above; every Versioned starts with its size.
    unsafe {
        core::ptr::from_mut(&mut value).cast::<u32>().write(size as u32);
        core::ptr::copy_nonoverlapping(core::ptr::from_ref(&value).cast::<u8>(), p.cast(), len);
    }
    Ok(())
}

/// Reads a name: UTF-8, zero-terminated, of at most `max` bytes.
///
/// # Safety
/// `p` is NULL or points to a C string that outlives `'a`.
unsafe fn name<'a>(argument: &'static str, p: *const c_char, max: usize) -> Result<&'a str> {
    if p.is_null() {
        return Err(named(Status::Argument, "{n} is NULL", argument));
    }
    let mut len = 0usize;
    // SAFETY: reading stops at the terminating zero of the caller's string, or at `max` bytes.
    while len <= max && unsafe { p.cast::<u8>().add(len).read() } != 0 {
        len = len.sat_add(1);
    }
    if len > max {
        return Err(named(Status::Name, "{n} is longer than {a} bytes", argument).a(checked::count(max)));
    }
    // SAFETY: these bytes were just read.
    let bytes = unsafe { core::slice::from_raw_parts(p.cast::<u8>(), len) };
    core::str::from_utf8(bytes).map_err(|_| named(Status::Name, "{n} is not UTF-8", argument))
}

/// Reads a name that is neither in memory of the handle nor in what the call writes.
///
/// # Safety
/// As for [`name`].
pub(super) unsafe fn name_apart<'a>(
    call: &Call<'_>,
    argument: &'static str,
    p: *const c_char,
    max: usize,
) -> Result<&'a str> {
    // SAFETY: by the contract of this function.
    let text = unsafe { name(argument, p, max)? };
    call.reads(Region::bytes(argument, p, text.len().sat_add(1)))?;
    Ok(text)
}

/// An array of the caller.
///
/// # Safety
/// `p` is NULL (then `count` must be 0) or points to `count` values that outlive `'a`.
pub(super) unsafe fn array<'a, T>(argument: &'static str, p: *const T, count: usize) -> Result<&'a [T]> {
    if count == 0 {
        return Ok(&[]);
    }
    usable(argument, p)?;
    if count.checked_mul(size_of::<T>()).is_none_or(|bytes| bytes > isize::MAX as usize) {
        return Err(named(Status::Overflow, "the {a} elements of {n} do not fit the address space", argument)
            .a(checked::count(count)));
    }
    // SAFETY: not NULL, aligned, and of `count` values by the caller's contract.
    Ok(unsafe { core::slice::from_raw_parts(p, count) })
}

/// An array of the caller to write to.
///
/// # Safety
/// As for [`array`], and nothing else refers to the values.
pub(super) unsafe fn array_mut<'a, T>(argument: &'static str, p: *mut T, count: usize) -> Result<&'a mut [T]> {
    // SAFETY: by the contract of this function.
    let len = unsafe { array(argument, p.cast_const(), count)?.len() };
    if len == 0 {
        return Ok(&mut []);
    }
    // SAFETY: as checked by `array`.
    Ok(unsafe { core::slice::from_raw_parts_mut(p, len) })
}

/// Refuses bits of a field that this version does not know.
pub(super) fn known(field: &'static str, given: u32, known: u32) -> Result<()> {
    let text = "{n} is {a}, of which this version knows the bits {b}: set all other bits to 0";
    if given & !known == 0 { Ok(()) } else { Err(named(Status::Unsupported, text, field).a(given).b(known)) }
}

/// Copies a text of a handle with this memory to the caller, zero-terminated and cut at the end of the buffer. Without
/// a text the size is 0.
pub(super) fn put_text(
    own: Own,
    text: Result<Text<160>, Status>,
    buffer: *mut c_char,
    capacity_bytes: usize,
    needed_bytes: *mut usize,
) -> i32 {
    let counts = [Region::value("needed_bytes", needed_bytes)];
    let mut call = Call::new(own, &counts);
    let claimed = call.claim(&[Region::bytes("buffer", buffer, capacity_bytes)], &[]);
    let text = match (text, claimed) {
        (Err(status), _) => return leave(status),
        (_, Err(e)) => return leave(e.status),
        (Ok(text), Ok(())) => text,
    };
    let bytes = text.as_bytes();
    let whole = bytes.len().sat_add(1);
    if let Ok(needed) = Out::new("needed_bytes", needed_bytes) {
        needed.set(whole);
    }
    if buffer.is_null() && capacity_bytes > 0 {
        return Status::Argument.code();
    }
    if capacity_bytes > 0 {
        let n = bytes.len().min(capacity_bytes.sat_sub(1));
        // SAFETY: n + 1 <= capacity of the caller's buffer.
        unsafe {
            core::ptr::copy_nonoverlapping(bytes.as_ptr(), buffer.cast::<u8>(), n);
            buffer.add(n).write(0);
        }
    }
    if capacity_bytes < whole { Status::Space.code() } else { Status::Ok.code() }
}
