//! Structs that start with their size, so that a caller may be older or newer than the library.

/// A struct of the C API that starts with its size. All of them are plain C data: any bytes are a value (function
/// pointers are optional).
///
/// # Safety
/// The type must be `repr(C)`, start with `struct_size: u32`, and be valid for the zero bytes.
pub(super) unsafe trait Versioned: Copy {
    /// Its name in C.
    const NAME: &'static str;
    /// Size of version 1.
    const FIRST: usize;
}

/// Declares a struct that starts with its size: as it is, or with the last field of its version 1 and the type of that.
macro_rules! versioned {
    ($t:ty) => {
        // SAFETY: a repr(C) struct of integers, raw pointers and optional functions, starting with struct_size.
        unsafe impl crate::ffi::versioned::Versioned for $t {
            const NAME: &'static str = stringify!($t);
            const FIRST: usize = size_of::<Self>();
        }
    };
    ($t:ty, $field:ident: $of:ty) => {
        // SAFETY: as above.
        unsafe impl crate::ffi::versioned::Versioned for $t {
            const NAME: &'static str = stringify!($t);
            const FIRST: usize = core::mem::offset_of!($t, $field) + size_of::<$of>();
        }
    };
}
pub(super) use versioned;
