//! Element types of samples and rows.

use crate::mem::{Complex32, Pod};

/// The type of an element. The numbers are part of the ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Dtype {
    /// Signed 8-bit integer.
    I8 = 1,
    /// Unsigned 8-bit integer.
    U8 = 2,
    /// Signed 16-bit integer.
    I16 = 3,
    /// Unsigned 16-bit integer.
    U16 = 4,
    /// Signed 32-bit integer.
    I32 = 5,
    /// Unsigned 32-bit integer.
    U32 = 6,
    /// Signed 64-bit integer.
    I64 = 7,
    /// IEEE 754 single precision.
    F32 = 8,
    /// IEEE 754 double precision.
    F64 = 9,
    /// Two single-precision floats, real part first.
    C32 = 10,
}

impl Dtype {
    /// The type with this ABI number.
    #[must_use]
    pub const fn from_code(code: u32) -> Option<Dtype> {
        Some(match code {
            1 => Dtype::I8,
            2 => Dtype::U8,
            3 => Dtype::I16,
            4 => Dtype::U16,
            5 => Dtype::I32,
            6 => Dtype::U32,
            7 => Dtype::I64,
            8 => Dtype::F32,
            9 => Dtype::F64,
            10 => Dtype::C32,
            _ => return None,
        })
    }

    /// Bytes of one element.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Dtype::I8 | Dtype::U8 => 1,
            Dtype::I16 | Dtype::U16 => 2,
            Dtype::I32 | Dtype::U32 | Dtype::F32 => 4,
            Dtype::I64 | Dtype::F64 | Dtype::C32 => 8,
        }
    }

    /// Bytes of a word whose byte order can be swapped: for a complex number, one part.
    #[must_use]
    pub const fn word(self) -> usize {
        match self {
            Dtype::C32 => 4,
            other => other.size(),
        }
    }

    /// Its name in documents and messages.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Dtype::I8 => "i8",
            Dtype::U8 => "u8",
            Dtype::I16 => "i16",
            Dtype::U16 => "u16",
            Dtype::I32 => "i32",
            Dtype::U32 => "u32",
            Dtype::I64 => "i64",
            Dtype::F32 => "f32",
            Dtype::F64 => "f64",
            Dtype::C32 => "c32",
        }
    }
}

/// Rust types that are elements.
pub trait Element: Pod {
    /// The element type.
    const DTYPE: Dtype;
}

macro_rules! element {
    ($($t:ty => $d:ident),*) => { $( impl Element for $t { const DTYPE: Dtype = Dtype::$d; } )* };
}
element!(i8 => I8, u8 => U8, i16 => I16, u16 => U16, i32 => I32, u32 => U32, i64 => I64, f32 => F32, f64 => F64,
    Complex32 => C32);
