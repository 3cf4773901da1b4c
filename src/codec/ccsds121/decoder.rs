//! The decoder: coded bytes cut anywhere into samples cut anywhere.
//!
//! Blocks that are whole in the input take the fast path. Where the input is cut, and for fundamental sequences longer
//! than a word, one block goes bit by bit through a machine that can stop after any byte.

use super::bits::BitReader;
use super::block_decode::{self, Coded, MAX_PAIR_CODE};
use super::params::{Layout, MAX_BLOCK, Params};
use super::{StepResult, sample};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

/// Where the bit machine stands in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Id,
    /// The bit after the identifier 0.
    LowEntropy,
    Reference,
    /// The first part of the body, from this residual on.
    Body(usize),
    /// The low bits, from this residual on.
    Low(usize),
}

/// Code options by their identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Zeros,
    Pairs,
    Split(u32),
    Raw,
}

/// Decodes a stream in pieces.
///
/// About 1 KiB in itself; allocates nothing.
#[derive(Clone, Debug)]
pub struct Decoder {
    layout: Layout,
    /// Samples not yet decoded.
    left: u64,
    /// The next block's place in its reference interval.
    index: u32,
    /// Zero blocks still to come.
    zeros: u32,
    last: u32,
    /// Residuals, then samples, of a block; bytes `given` to `ready` of its containers wait for room.
    block: [u32; MAX_BLOCK],
    given: usize,
    ready: usize,
    at: At,
    kind: Kind,
    reference: Option<u32>,
    /// Zeros counted of an unfinished fundamental sequence.
    zeros_seen: u32,
    /// The low `have` bits come from bytes taken but not used.
    acc: u64,
    have: u32,
    failed: bool,
}

const DAMAGED: Error = Error::new(Status::Damaged, "coded samples are damaged");
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
            at: At::Id,
            kind: Kind::Zeros,
            reference: None,
            zeros_seen: 0,
            acc: 0,
            have: 0,
            failed: false,
        })
    }

    /// Takes from `input` and puts into `out` what it can, and says how far it came.
    ///
    /// Done when the last sample is out; input behind it is not taken. A step that takes and gives nothing although
    /// there is room needs more input: if there is none, the data are truncated. Error: [`Status::Damaged`] for what
    /// no encoder makes; every later step fails alike.
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
        // A turn for each block of the output.
        loop {
            dst = self.give(dst);
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
                    // What is left of the last byte taken is padding: never more than seven bits.
                    self.have = 0;
                }
            }
        }
        Ok(StepResult { consumed: taken, produced: out_len.sat_sub(dst.len()), done })
    }

    /// Decodes the next coded block; false if the input ends within it.
    fn next_block(&mut self, input: &[u8], taken: &mut usize) -> Result<bool> {
        let l = self.layout;
        // The fast path sees the input only: bits held from an earlier piece are out of its sight.
        let at = (*taken as u64).sat_mul(8).checked_sub(u64::from(self.have));
        if let (At::Id, Some(pos)) = (self.at, at)
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
        let whole = self.crawl(&mut rest)?.is_some();
        *taken = input.len().sat_sub(rest.len());
        Ok(whole)
    }

    /// Turns the residuals into samples and gives them out, or keeps what finds no room.
    fn finish_block<'o>(&mut self, dst: &'o mut [u8]) -> Result<&'o mut [u8]> {
        let l = self.layout;
        self.index = self.index.wrapping_add(1);
        let block = self.block.get_mut(..l.block).ok_or(INTERNAL)?;
        if l.preprocess {
            if let Some(raw) = self.reference.take() {
                // The reference is its own sample: two's complement where signed, so shift it as the others.
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

    /// Gives out bytes of a block kept back; what is left of `dst`.
    fn give<'o>(&mut self, dst: &'o mut [u8]) -> &'o mut [u8] {
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

    /// The next fundamental sequence, at most `limit`.
    fn sequence(&mut self, limit: u32, rest: &mut &[u8]) -> Result<Option<u32>> {
        // Each turn takes a bit.
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

    /// Goes on bit by bit to the end of the block; `None` if the input ends first.
    fn crawl(&mut self, rest: &mut &[u8]) -> Result<Option<()>> {
        let l = self.layout;
        let has_reference = l.preprocess && self.index == 0;
        let first = usize::from(has_reference);
        // Each turn takes a bit, or is one of a block's few steps.
        loop {
            match self.at {
                At::Id => {
                    let Some(id) = self.bits(l.id_len, rest) else { return Ok(None) };
                    let raw = (1u32 << l.id_len).wrapping_sub(1);
                    self.reference = None;
                    self.at = if id == 0 { At::LowEntropy } else { At::Reference };
                    self.kind = if id == raw { Kind::Raw } else { Kind::Split(id.wrapping_sub(1)) };
                }
                At::LowEntropy => {
                    let Some(bit) = self.bits(1, rest) else { return Ok(None) };
                    self.kind = if bit == 1 { Kind::Pairs } else { Kind::Zeros };
                    self.at = At::Reference;
                }
                At::Reference => {
                    if has_reference {
                        let Some(r) = self.bits(l.bits, rest) else { return Ok(None) };
                        self.reference = Some(r);
                    }
                    self.at = At::Body(if self.kind == Kind::Pairs { 0 } else { first });
                }
                At::Body(i) if i >= l.block => {
                    self.at = match self.kind {
                        Kind::Split(k) if k > 0 => At::Low(first),
                        _ => At::Id,
                    };
                    if self.at == At::Id {
                        return Ok(Some(()));
                    }
                }
                At::Body(i) => match self.kind {
                    Kind::Zeros => {
                        let Some(code) = self.sequence(l.rsi.max(4), rest)? else { return Ok(None) };
                        self.zeros = block_decode::zero_run(&l, code, self.index).ok_or(DAMAGED)?;
                        self.at = At::Id;
                        return Ok(Some(()));
                    }
                    Kind::Pairs => {
                        let Some(code) = self.sequence(MAX_PAIR_CODE, rest)? else { return Ok(None) };
                        let (a, b) = block_decode::pair(code).ok_or(DAMAGED)?;
                        let a = if has_reference && i == 0 { 0 } else { a };
                        self.set(i, a)?;
                        self.set(i.wrapping_add(1), b)?;
                        self.at = At::Body(i.wrapping_add(2));
                    }
                    Kind::Split(k) => {
                        let limit = l.max.checked_shr(k).unwrap_or(0);
                        let Some(m) = self.sequence(limit, rest)? else { return Ok(None) };
                        self.set(i, m)?;
                        self.at = At::Body(i.wrapping_add(1));
                    }
                    Kind::Raw => {
                        let Some(d) = self.bits(l.bits, rest) else { return Ok(None) };
                        self.set(i, d)?;
                        self.at = At::Body(i.wrapping_add(1));
                    }
                },
                At::Low(i) if i >= l.block => {
                    self.at = At::Id;
                    return Ok(Some(()));
                }
                At::Low(i) => {
                    let Kind::Split(k) = self.kind else { return Err(INTERNAL) };
                    let Some(low) = self.bits(k, rest) else { return Ok(None) };
                    let high = self.block.get(i).copied().unwrap_or(0);
                    self.set(i, high.checked_shl(k).unwrap_or(0) | low)?;
                    self.at = At::Low(i.wrapping_add(1));
                }
            }
        }
    }

    /// Stores a residual, which has to be an n-bit number.
    fn set(&mut self, i: usize, d: u32) -> Result<()> {
        if d > self.layout.max {
            return Err(DAMAGED);
        }
        self.block.get_mut(i).map(|slot| *slot = d).ok_or(INTERNAL)
    }
}
