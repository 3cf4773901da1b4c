//! Selection of the codec of a frame: detection of the structure of bytes (`detect`), choice and encoding ([`choose`]),
//! and the work memory that the codecs share (`work`).

pub mod choose;
mod detect;
pub(super) mod work;
