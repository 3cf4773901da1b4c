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

/// A name for an error text, cut if it is too long.
#[must_use]
pub fn cut_name(name: &str) -> Name {
    let mut cut = Name::new();
    cut.push_str(name);
    cut
}

/// A number of an error text, up to 64 bits and a sign. Larger ones are limited to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    magnitude: u64,
    negative: bool,
}

macro_rules! numbers {
    ($($wide:ty: $($t:ty)*;)*) => {$($(
        impl From<$t> for Number {
            #[allow(unused_comparisons, clippy::cast_lossless, reason = "one text for all integers")]
            fn from(n: $t) -> Number {
                let wide = n as $wide;
                Number { magnitude: u64::try_from(wide.unsigned_abs()).unwrap_or(u64::MAX), negative: wide < 0 }
            }
        }
    )*)*};
}

numbers! {
    i64: i32 i64;
    i128: i128;
}

macro_rules! unsigned_numbers {
    ($($t:ty)*) => {$(
        impl From<$t> for Number {
            fn from(n: $t) -> Number {
                Number { magnitude: n as u64, negative: false }
            }
        }
    )*};
}

unsigned_numbers!(u8 u16 u32 u64 usize);

/// What the placeholders of a text show besides names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Values {
    /// Magnitudes of `{a}` and `{b}`, and the bits of the `f64` of `{v}` with its number in a list.
    Numbers { flags: u8, index: u32, a: u64, b: u64, given: u64 },
    /// The list of `{k}`.
    Keys(&'static [&'static str]),
}

/// `{a}` is negative.
const A_NEGATIVE: u8 = 1;
/// `{b}` is negative.
const B_NEGATIVE: u8 = 2;
/// `{v}` is set.
const GIVEN: u8 = 4;
/// `{v}` is an element of a list.
const IN_LIST: u8 = 8;
/// `{a}` is an `errno`.
const OS: u8 = 16;

/// Bytes for both names, each with a zero after it: a second one of more than 11 bytes is cut if the first is long.
const NAMES: usize = 44;

/// A status with a text. In the template, `{a}` and `{b}` are placeholders for the two numbers, `{n}` and `{m}` for
/// the two names, `{i}` for an input of the first name, `{v}` for a value that was given, as in `[2] = 0.5`, and `{k}` for a list of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// The text with placeholders.
    pub template: &'static str,
    values: Values,
    /// The kind of error.
    pub status: Status,
    /// Both names, each ended by a zero.
    names: [u8; NAMES],
}

// Errors are passed by value, in results of most functions: their size is code on flight targets.
const _: () = assert!(size_of::<Error>() <= 96 && align_of::<Error>() <= crate::limits::AREA_ALIGN);

/// What fallible functions of the library return.
pub type Result<T, E = Error> = core::result::Result<T, E>;

// In flight builds errors are created out of line: their fields are then never in registers, and
// passing on an error is one copy instead of one load and store per word.
impl Error {
    /// An error with a text.
    #[must_use]
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub const fn new(status: Status, template: &'static str) -> Self {
        let values = Values::Numbers { flags: 0, index: 0, a: 0, b: 0, given: 0 };
        Error { template, values, status, names: [0; NAMES] }
    }

    /// Sets the number of `{a}`.
    #[must_use]
    pub fn a(self, n: impl Into<Number>) -> Self {
        let Number { magnitude, negative } = n.into();
        self.with_number(magnitude, u8::from(negative), A_NEGATIVE)
    }

    /// Sets the number of `{b}`.
    #[must_use]
    pub fn b(self, n: impl Into<Number>) -> Self {
        let Number { magnitude, negative } = n.into();
        self.with_number(magnitude, if negative { B_NEGATIVE } else { 0 }, B_NEGATIVE)
    }

    /// Sets the number whose sign is the flag `of`.
    #[cfg_attr(not(feature = "std"), inline(never))]
    fn with_number(mut self, magnitude: u64, sign: u8, of: u8) -> Self {
        if let Values::Numbers { flags, a, b, .. } = &mut self.values {
            *flags = *flags & !of | sign;
            *(if of == A_NEGATIVE { a } else { b }) = magnitude;
        }
        self
    }

    /// Sets the name of `{n}`. Comes before [`Error::other`].
    #[must_use]
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn name(mut self, name: &Name) -> Self {
        self.names = [0; NAMES];
        self.names.iter_mut().zip(name.as_bytes()).for_each(|(to, from)| *to = *from);
        self
    }

    /// Sets the name of `{m}`, cut if both names are long.
    #[must_use]
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn other(mut self, name: &Name) -> Self {
        let start = self.split().0.len().saturating_add(1);
        let room = NAMES.saturating_sub(start).saturating_sub(1);
        let bytes = crate::util::text::cut_to(name.as_bytes(), room);
        self.names.iter_mut().skip(start).zip(bytes).for_each(|(to, from)| *to = *from);
        self
    }

    /// Sets the value of `{v}`, and its number if it is in a list.
    #[must_use]
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn given(mut self, in_list: Option<usize>, value: f64) -> Self {
        let at = in_list.and_then(|i| u32::try_from(i).ok());
        if let Values::Numbers { flags, index, given, .. } = &mut self.values {
            *flags = *flags & !IN_LIST | GIVEN | if at.is_some() { IN_LIST } else { 0 };
            (*index, *given) = (at.unwrap_or(0), value.to_bits());
        }
        self
    }

    /// Sets the list of `{k}`; numbers are lost.
    #[must_use]
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn keys(mut self, keys: &'static [&'static str]) -> Self {
        self.values = Values::Keys(keys);
        self
    }

    /// The error with another status.
    #[must_use]
    pub fn with_status(self, status: Status) -> Self {
        Error { status, ..self }
    }

    /// The error with another text.
    #[must_use]
    pub fn reworded(self, template: &'static str) -> Self {
        Error { template, ..self }
    }

    /// Sets `errno`, which is also the number of `{a}`.
    #[must_use]
    pub fn os(self, errno: i32) -> Self {
        let mut e = self.a(errno);
        if let Values::Numbers { flags, .. } = &mut e.values {
            *flags |= OS;
        }
        e
    }

    /// `errno` of the operating system; 0 for other errors.
    #[must_use]
    pub fn os_errno(&self) -> i32 {
        let Values::Numbers { flags, a, .. } = self.values else { return 0 };
        let errno = if flags & OS == 0 { 0 } else { i32::try_from(a).unwrap_or(i32::MAX) };
        if flags & A_NEGATIVE == 0 { errno } else { errno.saturating_neg() }
    }

    /// The number of `{a}`; 0 without one.
    #[must_use]
    pub fn number(&self) -> i128 {
        let Values::Numbers { flags, a, .. } = self.values else { return 0 };
        let a = i128::from(a);
        if flags & A_NEGATIVE == 0 { a } else { a.saturating_neg() }
    }

    /// The first name, and all bytes after its zero.
    fn split(&self) -> (&[u8], &[u8]) {
        let end = self.names.iter().position(|b| *b == 0).unwrap_or(NAMES);
        (self.names.get(..end).unwrap_or(&[]), self.names.get(end.saturating_add(1)..).unwrap_or(&[]))
    }

    /// Calls `see` with all words of the error, addresses included: for checksums in memory.
    pub fn words(&self, mut see: impl FnMut(usize)) {
        [self.status.code() as usize, self.template.as_ptr().addr(), self.template.len()]
            .into_iter()
            .for_each(&mut see);
        match self.values {
            Values::Numbers { flags, index, a, b, given } => {
                see(usize::from(flags));
                see(index as usize);
                [a, b, given].into_iter().for_each(|n| {
                    see(n as usize);
                    see((n >> 32) as usize);
                });
            }
            Values::Keys(keys) => {
                see(keys.as_ptr().addr());
                see(keys.len());
            }
        }
        self.names.iter().for_each(|b| see(usize::from(*b)));
    }

    /// Renders the text, cut if `out` is too short.
    pub fn write<const N: usize>(&self, out: &mut Text<N>) {
        let mut rest = self.template;
        while let Some((before, after)) = cut(rest, b'{') {
            out.push_str(before);
            let Some((placeholder, tail)) = cut(after, b'}') else { break };
            self.push(placeholder, out);
            rest = tail;
        }
        out.push_str(rest);
    }

    /// Appends what a placeholder stands for.
    fn push<const N: usize>(&self, placeholder: &str, out: &mut Text<N>) {
        let (name, other) = self.split();
        match (placeholder, self.values) {
            ("n", _) => out.push_bytes(name),
            // The first input has this name by default.
            ("i", _) if name == b"input" => out.push_str("input"),
            ("i", _) => {
                out.push_str("input ");
                out.push_bytes(name);
            }
            ("m", _) => out.push_bytes(other.split(|b| *b == 0).next().unwrap_or(&[])),
            ("a", Values::Numbers { flags, a, .. }) => out.push_signed(flags & A_NEGATIVE != 0, a),
            ("b", Values::Numbers { flags, b, .. }) => out.push_signed(flags & B_NEGATIVE != 0, b),
            ("v", Values::Numbers { flags, index, given, .. }) if flags & GIVEN != 0 => {
                if flags & IN_LIST != 0 {
                    out.push_str("[");
                    out.push_signed(false, index.into());
                    out.push_str("]");
                }
                out.push_str(" = ");
                out.push_number(f64::from_bits(given));
            }
            ("k", Values::Keys([])) => out.push_str("none"),
            ("k", Values::Keys(keys)) => keys.iter().enumerate().for_each(|(i, key)| {
                out.push_str(if i == 0 { "" } else { ", " });
                out.push_str(key);
            }),
            _ => {}
        }
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
