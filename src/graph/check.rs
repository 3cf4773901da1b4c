//! A checksum over the tables of a graph. It is computed when a pipeline is sealed; from then on the tables never
//! change.

use super::{Edge, Graph, Input, Stage};
use crate::digest::Digest;

impl Input {
    fn digest(&self, d: &mut Digest) {
        d.bytes(self.name.as_bytes());
        d.words([self.dtype as u64, self.channels.into(), self.window, self.hop, self.capacity]);
        d.sizes([self.shape.dtype as usize, self.shape.len]);
        d.words([self.reader.into(), self.fill.cast_unsigned()]);
    }
}

impl Edge {
    fn digest(&self, d: &mut Digest) {
        d.sizes([self.code]);
        d.words([self.lookback, self.lookahead, self.boundary as u64, self.to.into(), self.next.into()]);
    }
}

impl Stage<'_> {
    fn digest(&self, d: &mut Digest) {
        d.bytes(self.name.as_bytes());
        d.sizes([self.shape.dtype as usize, self.shape.len, self.edges.0, self.edges.1]);
        d.words([
            self.stride,
            self.rate,
            self.delay,
            self.consumers.into(),
            self.reader.into(),
            self.revision.into(),
            self.host_heap_bytes,
            self.cost_ns,
        ]);
        d.sizes([self.state_bytes, self.state_align, self.state_word, self.scratch_bytes, self.scratch_align]);
        d.sizes([usize::from(self.keeps_scratch), self.table_bytes, self.table.at, self.table.len]);
        d.words([self.series.step, self.series.packed(), u64::from(self.declared) << 32 | u64::from(self.table_sum)]);
        d.sizes([self.kernel.address(), usize::from(self.reverse), self.level]);
    }
}

impl Graph<'_> {
    /// The constant data of the kernels. This calls the kernels: check [`Graph::digest`] first.
    pub(crate) fn digest_kernels(&self, d: &mut Digest) {
        self.stages.iter().for_each(|s| s.kernel.digest(d));
    }

    /// All inputs, stages and edges, without the data of the kernels.
    pub fn digest(&self, d: &mut Digest) {
        d.sizes([self.inputs.len(), self.stages.len(), self.edges.len()]);
        self.inputs.iter().for_each(|i| i.digest(d));
        self.stages.iter().for_each(|s| s.digest(d));
        self.edges.iter().for_each(|e| e.digest(d));
    }
}
