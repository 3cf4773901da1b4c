//! Whole files and byte streams, on hosts: [`encode`] with several threads, [`decode`] from the start or from a
//! position.

pub mod decode;
pub mod encode;
mod encode_loop;
mod report;
mod seek;
mod slot;
mod survey;
mod workers;
