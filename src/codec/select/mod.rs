//! How a frame is coded: what its bytes are (`detect`), which codec and predictors pay (`choose`), and the memory that
//! encoders and decoders of a payload work in (`work`).

pub mod choose;
mod detect;
pub(super) mod work;
