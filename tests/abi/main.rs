//! What C programs see: the header, and the libraries that the C tests and examples are linked with.
//!
//! Everything here runs compilers of the host.

#[path = "../support/commands.rs"]
mod commands;

mod c_programs;
mod kinds;
mod round_trips;
