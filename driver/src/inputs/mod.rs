//! Where samples come from.

pub(crate) mod melody;
pub(crate) mod wav;
