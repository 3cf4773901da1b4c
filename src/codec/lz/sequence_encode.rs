//! Writes the sequences of a part: the tables of the three codes, then states and extra bits in a backward bit string.
#![allow(clippy::arithmetic_side_effects, reason = "bit counts of a word, and code values below 2^23")]

use super::bits::{BackWriter, MAX_PUT};
use super::codes;
use super::sequences::{CodeCounts, Sequence};
use super::tans::{EncodeTable, MAX_LOG, Shares};
use crate::codec::word_writer::WordWriter;

/// Writes `sequences`, of which there is at least one. Returns the number of bytes written.
#[cfg_attr(feature = "std", inline(always))]
pub(super) fn write_sequences(sequences: &[[u32; 2]], out: &mut [u8]) -> Option<usize> {
    let CodeCounts { runs, matches, offsets } = CodeCounts::count(sequences);
    let shares = [&runs, &matches, &offsets].map(|counts| Shares::learn(counts, 9));
    let mut w = WordWriter::new(out);
    shares.iter().for_each(|s| s.write(&mut w));
    let at = w.finish()?;
    Some(at + write_states(sequences, &shares.each_ref().map(EncodeTable::new), out.get_mut(at..)?)?)
}

/// Writes states and extra bits, last sequence first. `tables` are of runs, match lengths and offsets.
#[cfg_attr(feature = "std", inline(always))]
fn write_states(sequences: &[[u32; 2]], [runs, matches, offsets]: &[EncodeTable; 3], out: &mut [u8]) -> Option<usize> {
    let mut w = BackWriter::new(out);
    // Sequences of even and of odd index have separate states; `now` are those of the sequence at
    // hand.
    let (mut now, mut other): (Option<[u32; 3]>, Option<[u32; 3]>) = (None, None);
    for &p in sequences.iter().rev() {
        let s = Sequence::unpack(p);
        let (r, m, o) = (codes::run(s.run), codes::match_len(s.len), codes::offset(s.offset));
        let mut value =
            u64::from(r.extra) | u64::from(m.extra) << r.extra_len | u64::from(o.extra) << (r.extra_len + m.extra_len);
        let mut len = r.extra_len + m.extra_len + o.extra_len;
        let new = match now {
            None => [runs.start(r.code), matches.start(m.code), offsets.start(o.code)],
            Some([rs, ms, os]) => {
                let (os, o_value, o_len) = offsets.step(os, o.code);
                let (ms, m_value, m_len) = matches.step(ms, m.code);
                let (rs, r_value, r_len) = runs.step(rs, r.code);
                if len > MAX_PUT - 3 * MAX_LOG {
                    w.put(value, len);
                    (value, len) = (0, 0);
                }
                value |= (o_value | m_value << o_len | r_value << (o_len + m_len)) << len;
                len += o_len + m_len + r_len;
                [rs, ms, os]
            }
        };
        w.put(value, len);
        (now, other) = (other, Some(new));
    }
    // The first sequence was coded last: its states are `other`, those of the second are `now`.
    for [rs, ms, os] in [now, other].into_iter().flatten() {
        matches.finish(ms, &mut w);
        offsets.finish(os, &mut w);
        runs.finish(rs, &mut w);
    }
    w.finish()
}
