//! The sources themselves: their imports, and the symbols that builds without `std` refer to.

#[path = "../support/commands.rs"]
mod commands;

mod features;
mod imports;
mod layers;
mod no_std;
mod texts;
