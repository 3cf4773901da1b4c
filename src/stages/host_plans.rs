//! Transform plans on the host's heap.

#[cfg(feature = "fft")]
use sqrtspace_fft::Fft;
#[cfg(feature = "fft")]
use std::sync::Arc;

/// Transform plans on the host's heap: one per size, shared by the stages of a pipeline.
#[derive(Default)]
pub struct HostPlans {
    #[cfg(feature = "fft")]
    pub(super) plans: [Option<Arc<dyn Fft<f32>>>; 8],
}

impl core::fmt::Debug for HostPlans {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("HostPlans")
    }
}
