//! Plots in PNG and SVG files.

pub(crate) mod canvas;
pub(crate) mod panels;
pub(crate) mod runs;
pub(crate) mod spectrogram;
