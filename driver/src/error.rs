//! The result type of the program.

/// An error ends the program with exit code 1, a `codec::Damage` with 3, and a `capped::NotPermitted` with 4.
pub(crate) type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;
