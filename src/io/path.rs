//! Paths without the heap, and refusals of the operating system.

use crate::status::{Error, Status};
use crate::util::text::Text;
use std::io;

/// Maximum length of a path in bytes.
pub(crate) const PATH_LEN: usize = 4095;

/// A path that is not on the heap.
pub(super) type PathText = Text<PATH_LEN>;

/// The error for a refusal of the operating system: its `errno` is `{a}`.
#[must_use]
pub(super) fn refused(template: &'static str, e: &io::Error) -> Error {
    Error::new(Status::Io, template).os(e.raw_os_error().unwrap_or(0))
}
