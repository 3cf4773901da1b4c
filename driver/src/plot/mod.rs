//! Plots in PNG and SVG files.

mod canvas;
pub(crate) mod runs;
pub(crate) mod spectrogram;
