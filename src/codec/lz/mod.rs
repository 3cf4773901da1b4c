//! LZ codec for logs and packets: LZ77 matches within one block, with entropy-coding tables learned per block.
//!
//! [`encode_block`] and [`decode_block`] code one block. `docs/formats/lz.md` specifies the coded bytes.
//!
//! A block refers only to its own bytes, so a damaged or missing block affects no other. The exception is a block of
//! [`encode_block_after`], which may also repeat bytes before it; its decoder has to have those bytes. A coded block
//! holds neither its raw length nor its coded length: the caller stores both.
//!
//! Nothing here allocates. The encoder works in [`encode_work_len`] words of the caller's memory and the decoder in
//! [`DECODE_WORK_LEN`] words; both use about 10 KiB of stack.

mod bits;
mod codes;
mod copy;
mod decode;
mod encode;
mod execute;
mod huffman;
mod literal_decode;
mod literal_encode;
mod matcher;
mod optimal;
mod parse;
mod part;
mod prices;
mod sequence_decode;
mod sequence_encode;
mod sequences;
mod tans;

pub use decode::{DECODE_WORK_LEN, decode_block, decode_block_after};
pub use encode::{MAX_BLOCK, encode_block, encode_block_after, encode_work_len};
