//! Where samples come from.

pub(crate) mod iq;
pub(crate) mod latency;
pub(crate) mod melody;
mod random;
pub(crate) mod satellite;
pub(crate) mod text;
pub(crate) mod wav;
