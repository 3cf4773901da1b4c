//! The boundary handler: input cut anywhere becomes frames of whole rows.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffer")]

/// Gathers bytes until a frame is full.
#[derive(Debug)]
pub struct Boundary<'a> {
    buf: &'a mut [u8],
    len: usize,
    row: usize,
}

impl<'a> Boundary<'a> {
    /// Frames of as many whole rows of `row` bytes as `buf` holds; at least one row fits.
    pub fn new(buf: &'a mut [u8], row: usize) -> Option<Self> {
        let rows = buf.len().checked_div(row)?;
        let buf = buf.get_mut(..rows * row)?;
        (rows > 0).then_some(Boundary { buf, len: 0, row })
    }

    /// Takes what fits of `input` and tells how much.
    pub fn take(&mut self, input: &[u8]) -> usize {
        let n = input.len().min(self.buf.len() - self.len);
        if let (Some(to), Some(from)) = (self.buf.get_mut(self.len..self.len + n), input.get(..n)) {
            to.copy_from_slice(from);
            self.len += n;
        }
        n
    }

    /// Whether a frame is complete.
    pub fn is_full(&self) -> bool {
        self.len == self.buf.len()
    }

    /// Bytes held.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The whole rows held.
    pub fn rows(&self) -> &[u8] {
        self.buf.get(..self.len - self.len % self.row).unwrap_or(&[])
    }

    /// Everything held, the last row perhaps incomplete.
    pub fn bytes(&self) -> &[u8] {
        self.buf.get(..self.len).unwrap_or(&[])
    }

    /// Forgets the first `n` bytes.
    pub fn release(&mut self, n: usize) {
        let n = n.min(self.len);
        self.buf.copy_within(n..self.len, 0);
        self.len -= n;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_whole_rows_however_the_input_is_cut() {
        let data: std::vec::Vec<u8> = (0..1000u32).map(|i| i as u8).collect();
        for cut in 1..40 {
            let mut buf = [0u8; 34];
            let mut b = Boundary::new(&mut buf, 6).unwrap();
            let mut got = std::vec![];
            for mut part in data.chunks(cut) {
                while !part.is_empty() {
                    part = &part[b.take(part)..];
                    if b.is_full() {
                        assert_eq!(b.rows().len(), 30);
                        got.extend_from_slice(b.rows());
                        b.release(30);
                    }
                }
            }
            assert_eq!(b.rows().len(), b.len() / 6 * 6);
            got.extend_from_slice(b.bytes());
            assert_eq!(got, data);
        }
        assert!(Boundary::new(&mut [0; 5], 6).is_none() && Boundary::new(&mut [], 0).is_none());
    }
}
