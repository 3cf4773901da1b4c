//! Whole files and byte streams, on hosts: encoded by several threads, decoded from the start or from a position.

pub mod decode;
pub mod encode;
mod seek;
