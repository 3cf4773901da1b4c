//! The codec of packet streams: CCSDS space packets of several kinds, interleaved, as one table of fields per kind.
//!
//! A kind is an application process identifier with one packet length or several. What is at the same place in all
//! packets of a kind is a column; columns of the same type are planes of the [numeric](super::numeric) codec.
//! Layout: `docs/formats/container.md`, section 15.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a frame, which is at most 4 MiB")]

mod area;
mod block;
mod choose;
mod decode;
mod encode;
mod kinds;
mod places;
mod rows;
mod scan;

pub(in crate::codec) use decode::decode;
pub(in crate::codec) use encode::encode;
pub(in crate::codec) use scan::{Packets, find};
