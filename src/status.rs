//! Status codes, and errors that know how to say what happened.
//!
//! An [`Error`] is a status and a sentence with holes: a static template and the numbers and names that fill it.
//! It is made without formatting and without memory; [`Error::write`] renders it where somebody wants to read it.

use crate::limits::NAME_LEN;
use crate::util::text::Text;

/// What a call came to: 0 is success, positive is "not an error, but not that either", negative is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Status {
    /// Done.
    Ok = 0,
    /// Not now: the ring is full, an output is full, or more input is needed. Nothing was lost.
    Again = 1,
    /// There is no more: the input has ended and every row has been handed out.
    End = 2,
    /// An argument is NULL, zero, out of its range or contradicts another.
    Argument = -1,
    /// A `struct_size` is smaller than version 1 of that struct.
    StructSize = -2,
    /// A known request for something this build or version does not have.
    Unsupported = -3,
    /// The header and the library are of different ABI versions.
    Abi = -4,
    /// The call does not fit the state of the handle: registering after seal, push on a source input.
    State = -5,
    /// The call came from inside a callback of the same handle.
    Reentrant = -6,
    /// The handle found its own tables damaged, and refuses to go on until reset.
    Poisoned = -7,
    /// A name is unknown, taken, empty or too long.
    Name = -8,
    /// A table is full; the config says how large it is.
    Limit = -9,
    /// A size or position does not fit the integer that has to hold it.
    Overflow = -10,
    /// The memory given is too small, or the allocator gave none.
    Memory = -11,
    /// A pointer is not aligned as its use needs.
    Align = -12,
    /// Two buffers overlap that must not.
    Overlap = -13,
    /// The memory budget is too small; the detail names the least that works.
    Budget = -14,
    /// The request is not among those the pipeline was sealed for; the detail names the bytes it needs.
    NotPlanned = -15,
    /// Rows or samples outside of what there is.
    Range = -16,
    /// The samples needed have left the input ring.
    Evicted = -17,
    /// Stored data failed its check and could not be recomputed.
    Corrupt = -18,
    /// A callback returned an error or nonsense; its code is in the detail.
    Callback = -19,
    /// The operating system refused; its number is in the detail.
    Io = -20,
    /// Encoded data is damaged; the report says where.
    Damaged = -21,
    /// Encoded data, a file or a checkpoint is not of a known format.
    Format = -22,
    /// The operation was cancelled.
    Cancelled = -23,
    /// Stages do not fit together: row rates, types or lengths of connected stages differ.
    Graph = -24,
    /// The output buffer is too short; what it needs is told.
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

    /// One line for a person.
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
            Status::Poisoned => "the handle found itself damaged and waits for a reset",
            Status::Name => "a name is unknown, taken, empty or too long",
            Status::Limit => "a table is full",
            Status::Overflow => "a size or position is too large",
            Status::Memory => "not enough memory",
            Status::Align => "a pointer is misaligned",
            Status::Overlap => "buffers overlap",
            Status::Budget => "the memory budget is too small",
            Status::NotPlanned => "the request is not among the planned ones",
            Status::Range => "outside of what there is",
            Status::Evicted => "the samples needed have left the input ring",
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

/// A short name by value: stages and inputs are called by it.
pub type Name = Text<NAME_LEN>;

/// A number of a sentence. Errors lie in memory of the caller, which is aligned to [`crate::limits::AREA_ALIGN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(8))]
pub struct Number(pub i128);

impl PartialEq<i128> for Number {
    fn eq(&self, other: &i128) -> bool {
        self.0 == *other
    }
}

/// A status and what there is to say about it.
///
/// In the template `{a}`, `{b}` and `{n}` stand for the two numbers and the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// What kind of trouble it is.
    pub status: Status,
    /// The sentence, with `{a}`, `{b}` and `{n}` as holes.
    pub template: &'static str,
    /// Fills `{a}`.
    pub a: Number,
    /// Fills `{b}`.
    pub b: Number,
    /// Fills `{n}`.
    pub name: Name,
    /// `errno` of the operating system, where it refused something.
    pub os: i32,
}

/// What fallible functions of the library return.
pub type Result<T, E = Error> = core::result::Result<T, E>;

// In flight builds errors are made out of line: their fields then never live in registers, and an error that is passed on
// is one copy in place of one load and store for each word.
impl Error {
    /// An error with a plain sentence.
    #[must_use]
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub const fn new(status: Status, template: &'static str) -> Self {
        Error { status, template, a: Number(0), b: Number(0), name: Name::new(), os: 0 }
    }

    /// The same with the number that stands at `{a}`.
    #[must_use]
    pub fn a(self, a: impl Into<i128>) -> Self {
        self.with_a(a.into())
    }

    #[cfg_attr(not(feature = "std"), inline(never))]
    fn with_a(mut self, a: i128) -> Self {
        self.a = Number(a);
        self
    }

    /// The same with the number that stands at `{b}`.
    #[must_use]
    pub fn b(self, b: impl Into<i128>) -> Self {
        self.with_b(b.into())
    }

    #[cfg_attr(not(feature = "std"), inline(never))]
    fn with_b(mut self, b: i128) -> Self {
        self.b = Number(b);
        self
    }

    /// The same with the name that stands at `{n}`.
    #[must_use]
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn name(mut self, name: &Name) -> Self {
        self.name = *name;
        self
    }

    /// The operating system refused something: its `errno`, which is also the number at `{a}`.
    #[must_use]
    pub fn os(mut self, errno: i32) -> Self {
        self.os = errno;
        self.a(errno)
    }

    /// Renders the sentence, cut where `out` is full.
    pub fn write<const N: usize>(&self, out: &mut Text<N>) {
        let mut rest = self.template;
        while let Some((before, after)) = cut(rest, b'{') {
            out.push_str(before);
            let Some((hole, tail)) = cut(after, b'}') else { break };
            match hole {
                "a" => out.push_int(self.a.0),
                "b" => out.push_int(self.b.0),
                "n" => out.push_bytes(self.name.as_bytes()),
                _ => {}
            }
            rest = tail;
        }
        out.push_str(rest);
    }
}

/// What stands before and behind the first `at`, a character of ASCII.
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
