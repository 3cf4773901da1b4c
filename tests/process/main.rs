//! What needs a process of its own: an allocator that counts every call. One test at a time uses it.

mod counting;

mod allocation;
#[cfg(feature = "codec")]
mod codec;
mod spectra;
