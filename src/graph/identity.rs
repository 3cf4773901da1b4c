//! Identities: a number for each input and stage that changes with everything its rows depend on. Saved checkpoints are
//! bound to them.

use super::{Graph, Node};
use crate::checked;

/// FNV-1a over words and bytes.
struct Fnv(u64);

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn words(&mut self, words: &[u64]) {
        words.iter().for_each(|w| self.bytes(&w.to_be_bytes()));
    }
}

const START: Fnv = Fnv(0xcbf2_9ce4_8422_2325);

impl Graph<'_> {
    /// Hash of an input's name, element type, channels, window and hop; 0 if the input does not exist.
    #[must_use]
    pub(crate) fn input_identity(&self, input: usize) -> u64 {
        let Some(i) = self.inputs.get(input) else { return 0 };
        let mut hash = START;
        hash.bytes(i.name.as_bytes());
        hash.words(&[i.dtype as u64, i.channels.into(), i.window, i.hop]);
        if i.fill != 0 {
            hash.words(&[i.fill.cast_unsigned()]);
        }
        hash.0
    }

    /// Hash of a stage's name, row, state, stride, edges, revision and declared series; 0 if the stage does not exist.
    #[must_use]
    pub(crate) fn stage_identity(&self, stage: usize) -> u64 {
        let Some(s) = self.stages.get(stage) else { return 0 };
        let mut hash = START;
        hash.bytes(s.name.as_bytes());
        let (len, state, word) =
            (checked::count(s.shape.len), checked::count(s.state_bytes), checked::count(s.state_word));
        hash.words(&[s.shape.dtype as u64, s.reverse.into(), len, state, word, s.stride, s.revision.into()]);
        if s.declared != 0 {
            hash.words(&[s.declared.into()]);
        }
        for edge in self.edges_of(s) {
            let from = match edge.from() {
                Node::Input(i) => checked::count(i),
                Node::Stage(s) => checked::count(s) | 1 << 32,
            };
            hash.words(&[from, edge.lookback, edge.lookahead, edge.boundary as u64]);
        }
        hash.0
    }

    /// Hash of all inputs and stages: stored checkpoints are bound to it.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash_with(core::iter::empty())
    }

    /// Hash of all inputs and stages, and of words.
    #[must_use]
    pub(crate) fn hash_with(&self, words: impl Iterator<Item = u64>) -> u64 {
        let mut hash = START;
        words.for_each(|w| hash.words(&[w]));
        (0..self.inputs.len()).for_each(|i| hash.words(&[self.input_identity(i)]));
        (0..self.stages.len()).for_each(|s| hash.words(&[self.stage_identity(s)]));
        hash.0
    }
}
