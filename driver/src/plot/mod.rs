//! Pictures as PNG.

mod canvas;
mod font;
pub(crate) mod runs;
pub(crate) mod spectrogram;
