//! Plots in PNG files.

mod canvas;
mod font;
pub(crate) mod runs;
pub(crate) mod spectrogram;
