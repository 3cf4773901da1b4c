//! Pictures as PNG.

mod canvas;
mod font;
pub(crate) mod spectrogram;
