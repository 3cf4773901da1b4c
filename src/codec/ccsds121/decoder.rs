//! The decoder: reads coded bytes in pieces of any length, and writes samples to output pieces of any length.
//!
//! A block that is whole in the input takes the fast path. Where the input piece ends within a block, and for
//! fundamental sequences longer than a word, a state machine decodes the block bit by bit; it can pause after any byte.

use super::bits::BitReader;
use super::block_decode::{self, Coded, MAX_PAIR_CODE};
use super::params::{Layout, MAX_BLOCK, Params};
use super::sample;
use super::step::StepResult;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

/// Position of the state machine in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Id,
    /// The bit after the identifier 0.
    LowEntropy,
    Reference,
    /// The body (without split low bits), from this residual on.
    Body(usize),
    /// The split low bits, from this residual on.
    Low(usize),
}

/// Code options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CodeOption {
    Zeros,
    Pairs,
    Split(u32),
    Raw,
}

/// Decodes a stream in pieces.
///
/// Its size is about 1 KiB; it does not allocate.
#[derive(Clone, Debug)]
pub struct Decoder {
    layout: Layout,
    /// Samples not yet decoded.
    left: u64,
    /// Index of the next block in its reference interval.
    index: u32,
    /// Zero blocks of the current run that are left.
    zeros: u32,
    last: u32,
    /// Residuals, then samples, of a block. Bytes `given` to `ready` of its containers are not yet written.
    block: [u32; MAX_BLOCK],
    given: usize,
    ready: usize,
    field: Field,
    option: CodeOption,
    reference: Option<u32>,
    /// Zeros counted of an incomplete fundamental sequence.
    zeros_seen: u32,
    /// The low `have` bits are those of consumed bytes that are not yet used.
    acc: u64,
    have: u32,
    failed: bool,
}

const DAMAGED: Error = Error::new(
    Status::Damaged,
    "no encoder with these parameters makes this CCSDS 121 bitstream: check bits, block, rsi, flags and its source",
);
const INTERNAL: Error = Error::new(Status::Internal, "a block exceeds its bound");

impl Decoder {
    /// A decoder of `samples` samples. [`Status::Argument`] if the parameters are out of range.
    pub fn new(params: &Params, samples: u64) -> Result<Self> {
        Ok(Decoder {
            layout: Layout::new(params)?,
            left: samples,
            index: 0,
            zeros: 0,
            last: 0,
            block: [0; MAX_BLOCK],
            given: 0,
            ready: 0,
            field: Field::Id,
            option: CodeOption::Zeros,
            reference: None,
            zeros_seen: 0,
            acc: 0,
            have: 0,
            failed: false,
        })
    }

    /// Consumes `input` and writes to `out` until one of them is exhausted.
    ///
    /// The step is done when the last sample is written; input after it is not consumed. A step that neither consumes
    /// nor writes although `out` has room needs more input: without any, the data are truncated. Error:
    /// [`Status::Damaged`] for data that are not the output of an encoder; every later step fails with it as well.
    pub fn step(&mut self, input: &[u8], out: &mut [u8]) -> Result<StepResult> {
        if self.failed {
            return Err(DAMAGED);
        }
        let result = self.run(input, out);
        self.failed = result.is_err();
        result
    }

    fn run(&mut self, input: &[u8], out: &mut [u8]) -> Result<StepResult> {
        let l = self.layout;
        let out_len = out.len();
        let mut dst = out;
        let mut taken = 0usize;
        let mut done = false;
        // One iteration per block of the output.
        loop {
            dst = self.drain(dst);
            if self.given < self.ready {
                break;
            }
            if self.left == 0 {
                done = true;
                break;
            }
            if self.zeros == 0 && !self.next_block(input, &mut taken)? {
                break;
            }
            if self.zeros > 0 {
                self.zeros = self.zeros.wrapping_sub(1);
                self.block.iter_mut().take(l.block).for_each(|d| *d = 0);
            }
            dst = self.finish_block(dst)?;
            if self.index == l.rsi {
                self.index = 0;
                if l.pad_rsi {
                    // The rest of the last consumed byte is padding: at most seven bits.
                    self.have = 0;
                }
            }
        }
        Ok(StepResult { consumed: taken, produced: out_len.sat_sub(dst.len()), done })
    }

    /// Decodes the next coded block; false if the input ends within it.
    fn next_block(&mut self, input: &[u8], taken: &mut usize) -> Result<bool> {
        let l = self.layout;
        // The fast path reads the input only, not bits held from an earlier piece.
        let at = (*taken as u64).sat_mul(8).checked_sub(u64::from(self.have));
        if let (Field::Id, Some(pos)) = (self.field, at)
            && let Some(block) = self.block.get_mut(..l.block)
        {
            let mut reader = BitReader::new(input, pos);
            if let Some((coded, reference)) = block_decode::read(&l, &mut reader, self.index, block) {
                let bytes = reader.pos.div_ceil(8);
                *taken = usize::try_from(bytes).map_err(|_| INTERNAL)?;
                self.have = bytes.sat_mul(8).sat_sub(reader.pos) as u32;
                self.acc = taken.checked_sub(1).and_then(|i| input.get(i)).copied().map_or(0, u64::from);
                self.reference = reference;
                return match coded {
                    Coded::Block => Ok(true),
                    Coded::Zeros(n) => {
                        self.zeros = n;
                        Ok(true)
                    }
                    Coded::Damaged => Err(DAMAGED),
                };
            }
        }
        let mut rest = input.get(*taken..).unwrap_or(&[]);
        let whole = self.decode_bitwise(&mut rest)?.is_some();
        *taken = input.len().sat_sub(rest.len());
        Ok(whole)
    }

    /// Converts the residuals to samples and writes them, or keeps them where `dst` has no room. Returns the rest of
    /// `dst`.
    fn finish_block<'o>(&mut self, dst: &'o mut [u8]) -> Result<&'o mut [u8]> {
        let l = self.layout;
        self.index = self.index.wrapping_add(1);
        let block = self.block.get_mut(..l.block).ok_or(INTERNAL)?;
        if l.preprocess {
            if let Some(raw) = self.reference.take() {
                // The reference is a sample in two's complement if signed, so it is shifted like
                // any sample.
                self.last = raw.wrapping_add(l.offset) & l.max;
                if let Some(first) = block.first_mut() {
                    *first = 0;
                }
            }
            self.last = sample::integrate(l.max, self.last, block);
        }
        let count = self.left.min_u64(l.block as u64);
        self.left = self.left.sat_sub(count);
        let bytes = (count as usize).sat_mul(l.sample_bytes);
        if bytes <= dst.len() {
            let (to, rest) = dst.split_at_mut(bytes);
            sample::write(&l, block, to);
            return Ok(rest);
        }
        (self.given, self.ready) = (0, bytes);
        Ok(dst)
    }

    /// Writes pending bytes of a block to `dst`. Returns the rest of it.
    fn drain<'o>(&mut self, dst: &'o mut [u8]) -> &'o mut [u8] {
        let size = self.layout.sample_bytes.max(1);
        let mut n = 0usize;
        for to in dst.iter_mut().take(self.ready.sat_sub(self.given)) {
            let (i, byte) = (self.given.checked_div(size), self.given.checked_rem(size));
            let one = i.and_then(|i| self.block.get(i..)).unwrap_or(&[]);
            let mut container = [0u8; 4];
            sample::write(&self.layout, one.get(..1).unwrap_or(&[]), container.get_mut(..size).unwrap_or(&mut []));
            *to = byte.and_then(|b| container.get(b)).copied().unwrap_or(0);
            self.given = self.given.sat_add(1);
            n = n.sat_add(1);
        }
        dst.get_mut(n..).unwrap_or(&mut [])
    }

    /// The next `len` bits, at most 32; `None` if the input ends first.
    fn bits(&mut self, len: u32, rest: &mut &[u8]) -> Option<u32> {
        while self.have < len {
            let (&byte, tail) = rest.split_first()?;
            *rest = tail;
            self.acc = self.acc << 8 | u64::from(byte);
            self.have = self.have.wrapping_add(8);
        }
        self.have = self.have.wrapping_sub(len);
        let mask = (1u64 << len).wrapping_sub(1);
        Some(((self.acc >> self.have) & mask) as u32)
    }

    /// The next fundamental sequence, at most `limit`; `None` if the input ends first.
    fn unary(&mut self, limit: u32, rest: &mut &[u8]) -> Result<Option<u32>> {
        // Each iteration consumes a bit.
        loop {
            match self.bits(1, rest) {
                None => return Ok(None),
                Some(0) if self.zeros_seen >= limit => return Err(DAMAGED),
                Some(0) => self.zeros_seen = self.zeros_seen.wrapping_add(1),
                Some(_) => {
                    let m = self.zeros_seen;
                    self.zeros_seen = 0;
                    return Ok(Some(m));
                }
            }
        }
    }

    /// Decodes bit by bit to the end of the block; `None` if the input ends first.
    fn decode_bitwise(&mut self, rest: &mut &[u8]) -> Result<Option<()>> {
        let l = self.layout;
        let has_reference = l.preprocess && self.index == 0;
        let first = usize::from(has_reference);
        // Each iteration consumes a bit, or is one of the few steps of a block without bits.
        loop {
            match self.field {
                Field::Id => {
                    let Some(id) = self.bits(l.id_len, rest) else { return Ok(None) };
                    let raw = (1u32 << l.id_len).wrapping_sub(1);
                    self.reference = None;
                    self.field = if id == 0 { Field::LowEntropy } else { Field::Reference };
                    self.option = if id == raw { CodeOption::Raw } else { CodeOption::Split(id.wrapping_sub(1)) };
                }
                Field::LowEntropy => {
                    let Some(bit) = self.bits(1, rest) else { return Ok(None) };
                    self.option = if bit == 1 { CodeOption::Pairs } else { CodeOption::Zeros };
                    self.field = Field::Reference;
                }
                Field::Reference => {
                    if has_reference {
                        let Some(r) = self.bits(l.bits, rest) else { return Ok(None) };
                        self.reference = Some(r);
                    }
                    self.field = Field::Body(if self.option == CodeOption::Pairs { 0 } else { first });
                }
                Field::Body(i) if i >= l.block => {
                    self.field = match self.option {
                        CodeOption::Split(k) if k > 0 => Field::Low(first),
                        _ => Field::Id,
                    };
                    if self.field == Field::Id {
                        return Ok(Some(()));
                    }
                }
                Field::Body(i) => {
                    if self.decode_body(i, has_reference, rest)?.is_none() {
                        return Ok(None);
                    }
                    if self.field == Field::Id {
                        return Ok(Some(()));
                    }
                }
                Field::Low(i) if i >= l.block => {
                    self.field = Field::Id;
                    return Ok(Some(()));
                }
                Field::Low(i) => {
                    let CodeOption::Split(k) = self.option else { return Err(INTERNAL) };
                    let Some(low) = self.bits(k, rest) else { return Ok(None) };
                    let high = self.block.get(i).copied().unwrap_or(0);
                    self.set(i, high.checked_shl(k).unwrap_or(0) | low)?;
                    self.field = Field::Low(i.wrapping_add(1));
                }
            }
        }
    }

    /// Decodes the body of residual `i`, of a pair from `i` on, or of a run of zero blocks, which ends the block: then
    /// the next field is the identifier. `None` if the input ends first.
    #[cfg_attr(feature = "std", inline(always))]
    fn decode_body(&mut self, i: usize, has_reference: bool, rest: &mut &[u8]) -> Result<Option<()>> {
        let l = self.layout;
        match self.option {
            CodeOption::Zeros => {
                let Some(code) = self.unary(l.rsi.max(4), rest)? else { return Ok(None) };
                self.zeros = block_decode::zero_run(&l, code, self.index).ok_or(DAMAGED)?;
                self.field = Field::Id;
            }
            CodeOption::Pairs => {
                let Some(code) = self.unary(MAX_PAIR_CODE, rest)? else { return Ok(None) };
                let (a, b) = block_decode::pair(code).ok_or(DAMAGED)?;
                let a = if has_reference && i == 0 { 0 } else { a };
                self.set(i, a)?;
                self.set(i.wrapping_add(1), b)?;
                self.field = Field::Body(i.wrapping_add(2));
            }
            CodeOption::Split(k) => {
                let limit = l.max.checked_shr(k).unwrap_or(0);
                let Some(m) = self.unary(limit, rest)? else { return Ok(None) };
                self.set(i, m)?;
                self.field = Field::Body(i.wrapping_add(1));
            }
            CodeOption::Raw => {
                let Some(d) = self.bits(l.bits, rest) else { return Ok(None) };
                self.set(i, d)?;
                self.field = Field::Body(i.wrapping_add(1));
            }
        }
        Ok(Some(()))
    }

    /// Stores residual `i`. An error if it is not an n-bit number.
    fn set(&mut self, i: usize, d: u32) -> Result<()> {
        if d > self.layout.max {
            return Err(DAMAGED);
        }
        self.block.get_mut(i).map(|slot| *slot = d).ok_or(INTERNAL)
    }
}
