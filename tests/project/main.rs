//! The sources themselves: who imports whom, and what builds without `std` refer to.

#[path = "../support/commands.rs"]
mod commands;

mod layers;
mod no_std;
