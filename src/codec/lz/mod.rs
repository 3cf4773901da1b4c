//! Bytes of logs and packets: LZ77 within one block, literals and matches entropy-coded with tables learned per block.
//!
//! A block refers to nothing outside of itself, so a damaged or missing one costs no other, unless it is coded "after"
//! bytes that its decoder has, too. Its length before and
//! after coding is not in it: whoever stores it keeps both. `docs/formats/lz.md` says what its bytes mean.
//!
//! Nothing here allocates: [`encode_block`] and [`decode_block`] work in memory of the sizes that
//! [`encode_work_len`] and [`DECODE_WORK_LEN`] tell, and with about 10 KiB of stack.

mod bits;
mod codes;
mod copy;
mod decode;
mod encode;
mod execute;
mod huffman;
mod literals;
mod matcher;
mod optimal;
mod parse;
mod prices;
mod sequence_decode;
mod sequences;

mod tans;

pub use decode::{decode_block, decode_block_after};
pub use encode::{encode_block, encode_block_after, encode_work_len};

/// The longest input of a block, in bytes.
pub const MAX_BLOCK: usize = 4 << 20;

/// Words of work memory that [`decode_block`] needs.
pub const DECODE_WORK_LEN: usize = huffman::TABLE / 2 + 6 * tans::MAX_STATES;
