//! Status codes, and errors with a text.
//!
//! An [`Error`] has a status, a static template, and the numbers and the name that fill its placeholders. It is created
//! without formatting and without memory; [`Error::write`] renders the text when it is read.

use crate::limits::NAME_LEN;
use crate::util::text::Text;

/// Result of a call: 0 for success, positive if it could not complete but did not fail, negative for an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Status {
    /// Success.
    Ok = 0,
    /// Not now: an input buffer or an output is full, or more samples are needed. Nothing was lost.
    Again = 1,
    /// The end: the input has ended and every row was delivered.
    End = 2,
    /// An argument is NULL, zero, out of its range or contradicts another.
    Argument = -1,
    /// A `struct_size` is smaller than version 1 of that struct.
    StructSize = -2,
    /// This build or version does not have what was requested.
    Unsupported = -3,
    /// The header and the library are of different ABI versions.
    Abi = -4,
    /// The call does not fit the state of the handle: for example, registering after seal, or a push to a source input.
    State = -5,
    /// The call came from inside a callback of the same handle.
    Reentrant = -6,
    /// The handle found its own tables damaged and accepts no calls until it is reset.
    Poisoned = -7,
    /// A name is unknown, taken, empty or too long.
    Name = -8,
    /// A table is full; the config sets its size.
    Limit = -9,
    /// A size or position does not fit its integer type.
    Overflow = -10,
    /// The memory is too small, or the allocator returned none.
    Memory = -11,
    /// A pointer is not aligned as required.
    Align = -12,
    /// Two buffers overlap and must not.
    Overlap = -13,
    /// The memory budget is too small; the detail has the minimum.
    Budget = -14,
    /// The pipeline was not sealed for the request; the detail has the bytes that it needs.
    NotPlanned = -15,
    /// Rows or samples that do not exist.
    Range = -16,
    /// The samples needed have left the input buffer.
    Evicted = -17,
    /// Stored data failed its check and could not be recomputed.
    Corrupt = -18,
    /// A callback returned an error or an invalid result; the detail has its code.
    Callback = -19,
    /// The operating system reported an error; the detail has its `errno`.
    Io = -20,
    /// Encoded data is damaged; the report has the positions.
    Damaged = -21,
    /// The format of encoded data, a file or a checkpoint is unknown.
    Format = -22,
    /// The operation was cancelled.
    Cancelled = -23,
    /// Stages do not fit together: row rates, types or lengths of connected stages differ.
    Graph = -24,
    /// The output buffer is too short; the required size is returned.
    Space = -25,
    /// A fault of the library itself. Please report it.
    Internal = -26,
}

impl Status {
    /// The number that crosses the C ABI.
    #[must_use]
    pub const fn code(self) -> i32 {
        self as i32
    }

    /// A description in one line.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Again => "not now: try again after pushing, pulling or stepping",
            Status::End => "the end: no more rows will come",
            Status::Argument => "an argument is missing or out of range",
            Status::StructSize => "struct_size is too small",
            Status::Unsupported => "not supported by this build or version",
            Status::Abi => "header and library versions differ",
            Status::State => "the call does not fit the state of the handle",
            Status::Reentrant => "called from inside a callback of the same handle",
            Status::Poisoned => "the handle found its tables damaged and needs a reset",
            Status::Name => "a name is unknown, taken, empty or too long",
            Status::Limit => "a table is full",
            Status::Overflow => "a size or position is too large",
            Status::Memory => "not enough memory",
            Status::Align => "a pointer is misaligned",
            Status::Overlap => "buffers overlap",
            Status::Budget => "the memory budget is too small",
            Status::NotPlanned => "the request is not among the planned ones",
            Status::Range => "the rows or samples do not exist",
            Status::Evicted => "the samples needed have left the input buffer",
            Status::Corrupt => "stored data is corrupt",
            Status::Callback => "a callback failed",
            Status::Io => "input or output failed",
            Status::Damaged => "encoded data is damaged",
            Status::Format => "the format is not known",
            Status::Cancelled => "cancelled",
            Status::Graph => "the stages do not fit together",
            Status::Space => "the output buffer is too short",
            Status::Internal => "internal fault of the library",
        }
    }
}

/// The name of a stage or input, by value.
pub type Name = Text<NAME_LEN>;

/// A number of an error text. Errors are in memory of the caller, which is aligned to `limits::AREA_ALIGN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(8))]
pub struct Number(pub i128);

impl PartialEq<i128> for Number {
    fn eq(&self, other: &i128) -> bool {
        self.0 == *other
    }
}

/// A value that was given and is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its number in a list, or [`Given::ALONE`].
    index: u32,
    /// The bits of the `f64`.
    bits: u64,
}

impl Given {
    /// The index of a value that is not in a list.
    const ALONE: u32 = u32::MAX;
}

/// A status with a text. In the template, `{a}` and `{b}` are placeholders for the two numbers, `{n}` and `{m}` for
/// the two names, and `{v}` for a value that was given, as in `[2] = 0.5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// The kind of error.
    pub status: Status,
    /// The text with placeholders.
    pub template: &'static str,
    /// The value of `{a}`.
    pub a: Number,
    /// The value of `{b}`.
    pub b: Number,
    /// The value of `{n}`.
    pub name: Name,
    /// The value of `{m}`.
    pub other: Name,
    /// The value of `{v}`.
    pub given: Option<Given>,
    /// `errno` of the operating system; 0 for other errors.
    pub os: i32,
}

/// What fallible functions of the library return.
pub type Result<T, E = Error> = core::result::Result<T, E>;

// In flight builds errors are created out of line: their fields are then never in registers, and
// passing on an error is one copy instead of one load and store per word.
impl Error {
    /// An error with a text.
    #[must_use]
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub const fn new(status: Status, template: &'static str) -> Self {
        Error {
            status,
            template,
            a: Number(0),
            b: Number(0),
            name: Name::new(),
            other: Name::new(),
            given: None,
            os: 0,
        }
    }

    /// Sets the number of `{a}`.
    #[must_use]
    pub fn a(self, a: impl Into<i128>) -> Self {
        self.with_a(a.into())
    }

    #[cfg_attr(not(feature = "std"), inline(never))]
    fn with_a(mut self, a: i128) -> Self {
        self.a = Number(a);
        self
    }

    /// Sets the number of `{b}`.
    #[must_use]
    pub fn b(self, b: impl Into<i128>) -> Self {
        self.with_b(b.into())
    }

    #[cfg_attr(not(feature = "std"), inline(never))]
    fn with_b(mut self, b: i128) -> Self {
        self.b = Number(b);
        self
    }

    /// Sets the name of `{n}`.
    #[must_use]
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn name(mut self, name: &Name) -> Self {
        self.name = *name;
        self
    }

    /// Sets the name of `{m}`.
    #[must_use]
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn other(mut self, name: &Name) -> Self {
        self.other = *name;
        self
    }

    /// Sets the value of `{v}`, and its number if it is in a list.
    #[must_use]
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn given(mut self, index: Option<usize>, value: f64) -> Self {
        let index = index.and_then(|i| u32::try_from(i).ok()).unwrap_or(Given::ALONE);
        self.given = Some(Given { index, bits: value.to_bits() });
        self
    }

    /// Sets `errno`, which is also the number of `{a}`.
    #[must_use]
    pub fn os(mut self, errno: i32) -> Self {
        self.os = errno;
        self.a(errno)
    }

    /// Renders the text, cut if `out` is too short.
    pub fn write<const N: usize>(&self, out: &mut Text<N>) {
        let mut rest = self.template;
        while let Some((before, after)) = cut(rest, b'{') {
            out.push_str(before);
            let Some((placeholder, tail)) = cut(after, b'}') else { break };
            match placeholder {
                "a" => out.push_int(self.a.0),
                "b" => out.push_int(self.b.0),
                "n" => out.push_bytes(self.name.as_bytes()),
                "m" => out.push_bytes(self.other.as_bytes()),
                "v" => self.push_given(out),
                _ => {}
            }
            rest = tail;
        }
        out.push_str(rest);
    }
}

impl Error {
    fn push_given<const N: usize>(&self, out: &mut Text<N>) {
        let Some(Given { index, bits }) = self.given else { return };
        if index != Given::ALONE {
            out.push_str("[");
            out.push_int(index.into());
            out.push_str("]");
        }
        out.push_str(" = ");
        out.push_number(f64::from_bits(bits));
    }
}

/// The parts before and after the first `at`, an ASCII character.
fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let place = text.bytes().position(|b| b == at)?;
    Some((text.get(..place)?, text.get(place.checked_add(1)?..)?))
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut text = Text::<160>::new();
        self.write(&mut text);
        write!(f, "{}: {}", self.status.text(), text.as_str())
    }
}

impl core::error::Error for Error {}
