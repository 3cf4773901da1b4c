//! The codec on the command line: encode, decode, verify, inspect.

mod append;
mod damage;
mod decode;
mod encode;
mod inspect;
mod source;

pub(crate) use damage::Damage;
pub(crate) use decode::{decode, verify};
pub(crate) use encode::encode;
pub(crate) use inspect::inspect;
pub(crate) use source::open;
