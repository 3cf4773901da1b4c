//! The demos under memory limits: their inputs, modes and limits.

use super::launcher::Cap;
use super::profiles::{self, Profile};
use crate::bench::Workload;
use crate::cli::{CappedArgs, Preset, Show};
use crate::error::Result;

const MIB: u64 = 1 << 20;
/// The lowest limit.
pub(super) const SMALLEST: u64 = 8 * MIB;
/// Limit of memory and swap together, for the demos with swap.
const WITH_SWAP: u64 = 4096 * MIB;

/// A demo, and its size with `--quick`.
struct Demo {
    name: &'static str,
    title: &'static str,
    workload: Workload,
    preset: Preset,
    /// The computer: its CPUs and cache, and its memory unless `swapping_mib` is set.
    profile: &'static str,
    /// Memory limit in MiB, with swap.
    swapping_mib: Option<u64>,
    /// Run in 8 MiB without swap as well.
    small: bool,
    /// Run in auto mode as well.
    auto: bool,
    quick_n: u64,
    quick_mib: u64,
}

fn demo(show: Show) -> Demo {
    match show {
        Show::Barely => Demo {
            name: "barely",
            title: "audio whose rows just fit into the memory",
            workload: Workload::Audio,
            preset: Preset::Barely,
            profile: "rad750",
            swapping_mib: None,
            small: false,
            auto: false,
            quick_n: 1_440_000,
            quick_mib: 48,
        },
        Show::Spill => Demo {
            name: "spill",
            title: "logs: p50 and p95 of windows that overlap 16 times",
            workload: Workload::Logs,
            preset: Preset::Spill,
            profile: "gr740",
            swapping_mib: Some(384),
            small: true,
            auto: false,
            quick_n: 4_000_000,
            quick_mib: 96,
        },
        Show::SpillLite => Demo {
            name: "spill-lite",
            title: "audio whose rows do not fit into the memory",
            workload: Workload::Audio,
            preset: Preset::Barely,
            profile: "gr712rc",
            swapping_mib: None,
            small: true,
            auto: false,
            quick_n: 1_440_000,
            quick_mib: 24,
        },
        Show::SpillAuto => Demo {
            name: "spill-auto",
            title: "ten minutes of audio, also in the mode that the planner chooses",
            workload: Workload::Audio,
            preset: Preset::Spill,
            profile: "gr740",
            swapping_mib: Some(384),
            small: false,
            auto: true,
            quick_n: 1_440_000,
            quick_mib: 24,
        },
        Show::Satcom => Demo {
            name: "satcom",
            title: "satcom whose spectra do not fit into the memory",
            workload: Workload::Satcom,
            preset: Preset::Spill,
            profile: "gr740",
            swapping_mib: None,
            small: true,
            auto: false,
            quick_n: 4_000_000,
            quick_mib: 32,
        },
    }
}

/// The runs of a demo: the same `driver bench` in each mode under each limit.
pub(super) struct DemoRuns {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) workload: Workload,
    pub(super) n: u64,
    pub(super) window: u64,
    pub(super) hop: u64,
    pub(super) profile: Profile,
    pub(super) caps: Vec<Option<Cap>>,
    pub(super) modes: &'static [&'static str],
}

impl DemoRuns {
    pub(super) fn new(args: &CappedArgs) -> Result<DemoRuns> {
        let demo = demo(args.show);
        let profile = profiles::find(args.profile.as_deref().unwrap_or(demo.profile))?;
        let swapping = demo.swapping_mib.filter(|_| args.profile.is_none());
        let (size, window, hop) = demo.workload.size(Some(demo.preset), false);
        let (mut n, mut memory) = (size, swapping.map_or(profile.memory_bytes, |mib| mib * MIB));
        if args.quick {
            n = demo.quick_n;
            memory = if args.profile.is_some() { memory } else { demo.quick_mib * MIB };
        }
        let more = if swapping.is_some() { 0 } else { profile.memory_swap_bytes - profile.memory_bytes };
        let memory_swap = if swapping.is_some() { WITH_SWAP } else { memory + more };
        // The runs without a limit come first: they show what the modes need.
        let mut caps = vec![None, Some(Cap { memory, memory_swap })];
        if demo.small {
            caps.push(Some(Cap { memory: SMALLEST, memory_swap: SMALLEST }));
        }
        let modes: &[&str] = if demo.auto { &["classic", "sqrt", "auto"] } else { &["classic", "sqrt"] };
        let (name, title, workload) = (demo.name, demo.title, demo.workload);
        Ok(DemoRuns { name, title, workload, n, window, hop, profile, caps, modes })
    }
}
