//! What C programs see: the header, the libraries, the C tests and examples, and what `make install` lays down.
//!
//! Everything here runs compilers of the host.

#[path = "../support/commands.rs"]
mod commands;

mod c_programs;
mod header;
mod install;
