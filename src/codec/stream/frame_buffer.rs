//! Collects input pieces of any length into frames of whole rows, and keeps the bytes before a frame as its history.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffer")]

use crate::mem::Slide;
use crate::util::slice::Put;

/// Collects bytes until a frame is full.
#[derive(Debug)]
pub struct FrameBuffer<'a> {
    /// `past` bytes of history, then `len` bytes of the frame, of at most `max`.
    buf: &'a mut [u8],
    past: usize,
    len: usize,
    max: usize,
    row: usize,
}

impl<'a> FrameBuffer<'a> {
    /// A frame of as many whole rows of `row` bytes as `buf` holds besides `history` bytes. `None` if no row fits.
    pub fn new(buf: &'a mut [u8], history: usize, row: usize) -> Option<Self> {
        let rows = buf.len().checked_sub(history)?.checked_div(row)?;
        let max = rows * row;
        let buf = buf.get_mut(..history + max)?;
        (rows > 0).then_some(FrameBuffer { buf, past: 0, len: 0, max, row })
    }

    /// Copies the part of `input` that fits. Returns its length.
    pub fn take(&mut self, input: &[u8]) -> usize {
        let n = input.len().min(self.max - self.len);
        let at = self.past + self.len;
        if let (Some(to), Some(from)) = (self.buf.get_mut(at..at + n), input.get(..n)) {
            to.put(from);
            self.len += n;
        }
        n
    }

    /// Whether the frame is full.
    pub fn is_full(&self) -> bool {
        self.len == self.max
    }

    /// Number of bytes of the frame.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the frame has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of bytes of the whole rows of the frame.
    pub fn rows(&self) -> usize {
        self.len - self.len.checked_rem(self.row).unwrap_or(0)
    }

    /// The history followed by the first `n` bytes of the frame, and the length of the history.
    pub fn with_past(&self, n: usize) -> (&[u8], usize) {
        (self.buf.get(..self.past + n.min(self.len)).unwrap_or(&[]), self.past)
    }

    /// Drops the history.
    pub fn forget(&mut self) {
        self.buf.slide(self.past..self.past + self.len, 0);
        self.past = 0;
    }

    /// Moves the first `n` bytes of the frame to the history.
    pub fn release(&mut self, n: usize) {
        let n = n.min(self.len);
        let end = self.past + n;
        let past = end.min(self.buf.len() - self.max);
        self.buf.slide(end - past..self.past + self.len, 0);
        self.past = past;
        self.len -= n;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_whole_rows_for_any_cut_of_the_input() {
        let data: std::vec::Vec<u8> = (0..1000u32).map(|i| i as u8).collect();
        for (cut, history) in (1..40).flat_map(|c| [(c, 0), (c, 7), (c, 100)]) {
            let mut buf = std::vec![0u8; 34 + history];
            let mut b = FrameBuffer::new(&mut buf, history, 6).unwrap();
            let mut at = 0;
            for mut part in data.chunks(cut) {
                while !part.is_empty() {
                    part = &part[b.take(part)..];
                    if b.is_full() {
                        assert_eq!(b.rows(), 30);
                        let (all, past) = b.with_past(30);
                        assert_eq!(past, history.min(at));
                        assert_eq!(all, &data[at - past..at + 30]);
                        at += 30;
                        b.release(30);
                    }
                }
            }
            assert_eq!(b.rows(), b.len() / 6 * 6);
            let (all, past) = b.with_past(b.len());
            assert_eq!(all, &data[at - past..]);
        }
        assert!(FrameBuffer::new(&mut [0; 5], 0, 6).is_none() && FrameBuffer::new(&mut [], 0, 0).is_none());
    }
}
