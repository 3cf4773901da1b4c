//! Where samples come from.

pub(crate) mod melody;
pub(crate) mod track;
pub(crate) mod wav;
