//! The codec: round trips, golden bytes, damage, hostile streams, and the decoders and encoders it is compared with.
#![cfg(feature = "codec")]

#[path = "../support/amount.rs"]
mod amount;
#[path = "../support/ccsds121_data.rs"]
mod ccsds121_data;
#[path = "../oracles/ccsds121.rs"]
mod ccsds121_oracle;
#[cfg(not(target_arch = "powerpc"))]
#[path = "../support/libaec.rs"]
mod libaec;
#[path = "../oracles/lz.rs"]
mod lz_oracle;
#[path = "../support/packets.rs"]
mod packet_data;
#[path = "../support/streams.rs"]
mod streams;

mod campaign;
mod ccsds121;
mod ccsds121_frames;
// Compiles and runs a C program of the host.
#[cfg(not(target_arch = "powerpc"))]
mod ccsds121_libaec;
mod damage;
mod files;
mod golden;
mod groups;
mod heads;
mod hostile;
mod lz;
mod lz_sequences;
#[cfg(feature = "std")]
mod neighbors;
mod outputs;
mod packets;
mod stream;
