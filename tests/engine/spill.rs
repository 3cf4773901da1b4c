//! A full disk under classic rows is an error at seal, before anything runs.
#![cfg(target_os = "linux")]

use crate::graphs::{EVERYTHING, area, request, seal};
use sqrtspace::mem::{Mapping, SpillDir};
use sqrtspace::status::Status;
use std::ffi::CString;
use std::process::Command;

/// A file system of `bytes` bytes in memory, until it is dropped.
struct Small(std::path::PathBuf);

impl Small {
    fn mount(bytes: usize) -> Option<Small> {
        let dir = std::env::temp_dir().join(format!("sqrtspace-small-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let made =
            Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"]).arg(&dir).output();
        if made.is_ok_and(|m| m.status.success()) {
            return Some(Small(dir));
        }
        std::fs::remove_dir(&dir).unwrap();
        None
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(&self.0).status();
        assert!(unmounted.is_ok_and(|s| s.success()), "{} stays mounted", self.0.display());
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let Some(disk) = Small::mount(256 << 10) else {
        eprintln!("skipped: no file system can be mounted here (that takes root)");
        return;
    };
    let path = CString::new(disk.0.to_str().unwrap()).unwrap();
    let dir = SpillDir::open(&path).unwrap();
    for _ in 0..3 {
        let e = Mapping::new(&dir, 512 << 10).unwrap_err();
        assert!(e.status == Status::Io && e.to_string().contains("no room for 524288 bytes"), "{e}");
        // Nothing of the failed one is left, and nothing of the one that worked.
        let mut map = Mapping::new(&dir, 200 << 10).unwrap();
        // SAFETY: the only slice.
        let bytes = unsafe { map.bytes() };
        bytes.fill(1);
        assert!(Mapping::new(&dir, 200 << 10).is_err());
    }
    assert_eq!(std::fs::read_dir(&disk.0).unwrap().count(), 0);
}

/// Rows that lie in a file are those that lie in memory.
#[test]
fn rows_in_a_file_are_the_same() {
    use crate::graphs::{Setup, TestEdge, TestGraph, TestInput, TestStage, build, evaluate};
    use sqrtspace::plan::Mode;
    let samples = (0..10_000u32).map(|i| i.wrapping_mul(2_654_435_761)).collect();
    let edge = |from, back, ahead| TestEdge { from, lookback: back, lookahead: ahead, clamp: true };
    let stage = |edges| TestStage { edges, len: 64, stride: 1, scratch: 100, keeps: true, scan: false, reverse: false };
    let graph = TestGraph {
        inputs: vec![TestInput { channels: 1, window: 32, hop: 8, samples }],
        stages: vec![stage(vec![edge(0, 0, 0)]), stage(vec![edge(1, 3, 2)]), stage(vec![edge(1, 0, 0), edge(2, 1, 1)])],
    };
    let setup = |mode, every| Setup {
        mode,
        every,
        slots: 0,
        cache_bytes: 30_000,
        lru_bytes: 0,
        pushed: false,
        portion: 1000,
        budget: u64::MAX,
        whole_ring: false,
    };
    let ask = request(2, 0, EVERYTHING);
    let rows = graph.oracle()[3].concat();
    let count = rows.len() as u64 / 64;
    for (mode, every) in [(Mode::Sqrt, 0), (Mode::Classic, 0)] {
        let (mut p, _) = build(&graph, &setup(mode, every));
        seal(&mut p, &[ask]);
        assert!(evaluate(&mut p, 2, 0, count, 1000) == rows, "{mode:?}");
    }
    let (mut p, _) = build(&graph, &setup(Mode::Classic, 1));
    let plan = p.plan(&[ask]).unwrap();
    assert!(plan.spill.len > 600_000 && plan.bytes < 10_000, "{} {}", plan.spill.len, plan.bytes);
    let path = CString::new(std::env::temp_dir().to_str().unwrap()).unwrap();
    let map = Box::leak(Box::new(Mapping::new(&SpillDir::open(&path).unwrap(), plan.spill.len).unwrap()));
    // SAFETY: the only slice; the mapping stays.
    let file = unsafe { map.bytes() };
    p.seal_with(&[ask], area(plan.bytes), file).unwrap();
    assert!(evaluate(&mut p, 2, 0, count, 1000) == rows);
    let stats = p.stats();
    assert!(stats.spill_bytes > 600_000 && stats.spill_bytes <= plan.spill.len);
    assert_eq!(stats.stage_bytes, 3 * count * 64 * 4);
}
