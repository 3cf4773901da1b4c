//! Resources of the host: memory limit, memory, and the largest processor cache.
//!
//! - Limit: the lowest one of the process's control group and the groups above it (version 2: `memory.max`; version 1:
//!   `memory.limit_in_bytes`), found through `/proc/self/cgroup` and `/proc/self/mountinfo` (proc(5), cgroups(7)).
//! - Memory of the machine: `MemTotal` of `/proc/meminfo`.
//! - Cache: the highest level in `/sys/devices/system/cpu/cpu0/cache`.

use crate::util::unsigned::Count;
use std::fs::read_to_string;
use std::path::{Path, PathBuf};
use std::string::String;

/// Cache size in bytes if the host's is unknown.
pub(crate) const DEFAULT_CACHE: u64 = 32 << 20;

/// Resources of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    /// The lowest memory limit of the control groups in bytes, if it is below the machine's memory.
    pub limit: Option<u64>,
    /// Memory of the machine in bytes.
    pub memory: Option<u64>,
    /// Size of the largest processor cache in bytes.
    pub cache: Option<u64>,
}

impl Host {
    /// Reads the resources of the system whose root directory is `root`.
    #[must_use]
    pub(crate) fn look(root: &Path) -> Host {
        let memory = machine_memory(root);
        let limit = group_limit(root).filter(|l| memory.is_none_or(|m| *l < m));
        Host { limit, memory, cache: largest_cache(root) }
    }

    /// A budget for the work area in bytes: half of the limit, otherwise a quarter of the machine's memory, but one page
    /// or more. The other half of the limit is for the program and for the pages of files that the system caches.
    #[must_use]
    pub(crate) fn budget(&self) -> Option<u64> {
        let share = self.limit.map(|l| l / 2).or(self.memory.map(|m| m / 4))?;
        Some(share.max_u64(4096))
    }
}

/// Parses a size with an optional unit, as in `LLC_BYTES` and sysfs: `1048576`, `1024K`, `1M`.
#[must_use]
pub fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text.get(digits.len()..)?.trim_end_matches("iB").trim_end_matches('B') {
        "" => 1,
        "K" | "k" => 1u64 << 10,
        "M" | "m" => 1 << 20,
        "G" | "g" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit).filter(|n| *n > 0)
}

fn machine_memory(root: &Path) -> Option<u64> {
    let text = read_to_string(root.join("proc/meminfo")).ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix("MemTotal:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// A mounted hierarchy of control groups.
struct Hierarchy<'a> {
    /// The group that is mounted at `point`.
    top: &'a str,
    /// The mount point.
    point: &'a str,
    /// Version 2.
    unified: bool,
}

/// The hierarchies that limit memory. Fields of mountinfo: id, parent, device, root, mount point, options, optional
/// fields, a dash, file system, source, options of the file system.
fn hierarchies(mounts: &str) -> impl Iterator<Item = Hierarchy<'_>> {
    mounts.lines().filter_map(|line| {
        let (head, tail) = line.split_once(" - ")?;
        let mut head = head.split(' ').skip(3);
        let (top, point) = (head.next()?, head.next()?);
        let mut tail = tail.split(' ');
        let (kind, options) = (tail.next()?, tail.nth(1).unwrap_or(""));
        let unified = kind == "cgroup2";
        let limits = unified || (kind == "cgroup" && options.split(',').any(|o| o == "memory"));
        limits.then_some(Hierarchy { top, point, unified })
    })
}

/// The lowest limit of the process's group and the groups above it, up to the mounted one.
fn group_limit(root: &Path) -> Option<u64> {
    let groups = read_to_string(root.join("proc/self/cgroup")).ok()?;
    let mounts = read_to_string(root.join("proc/self/mountinfo")).ok()?;
    let mut lowest: Option<u64> = None;
    for h in hierarchies(&mounts) {
        // A line: number, controllers, path; version 2 has no controllers.
        let path = groups.lines().find_map(|line| {
            let (_, rest) = line.split_once(':')?;
            let (controllers, path) = rest.split_once(':')?;
            let own = if h.unified { controllers.is_empty() } else { controllers.split(',').any(|c| c == "memory") };
            own.then_some(path)
        });
        let Some(path) = path else { continue };
        // In a container the path may be that of the host: then it starts with the mounted group.
        let inside = path.strip_prefix(h.top).unwrap_or(path);
        let file = if h.unified { "memory.max" } else { "memory.limit_in_bytes" };
        let top = root.join(h.point.trim_start_matches('/'));
        let own: PathBuf = top.join(inside.trim_start_matches('/'));
        for group in own.ancestors().take_while(|g| g.starts_with(&top)) {
            let limit = read_to_string(group.join(file)).ok().and_then(|text: String| text.trim().parse::<u64>().ok());
            if let Some(limit) = limit {
                lowest = Some(lowest.map_or(limit, |l| l.min_u64(limit)));
            }
        }
    }
    lowest
}

fn largest_cache(root: &Path) -> Option<u64> {
    let caches = root.join("sys/devices/system/cpu/cpu0/cache");
    let mut best: Option<(u64, u64)> = None;
    for entry in std::fs::read_dir(caches).ok()?.flatten() {
        let read = |name: &str| read_to_string(entry.path().join(name)).ok();
        let (Some(level), Some(bytes)) = (read("level"), read("size")) else { continue };
        if read("type").is_some_and(|t| t.trim() == "Instruction") {
            continue;
        }
        if let (Ok(level), Some(bytes)) = (level.trim().parse::<u64>(), size(&bytes)) {
            best = best.max(Some((level, bytes)));
        }
    }
    best.map(|(_, bytes)| bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::ToString;

    /// A directory with the files of a system.
    struct Tree(PathBuf);

    impl Tree {
        fn new(name: &str, files: &[(&str, &str)]) -> Tree {
            let root = std::env::temp_dir().join(format!("sqrtspace-host-{}-{name}", std::process::id()));
            for (path, text) in files {
                let path = root.join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            Tree(root)
        }

        fn look(&self) -> Host {
            Host::look(&self.0)
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    const V2: &str = "25 1 0:23 / /proc rw - proc proc rw\n\
        30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
    const V1: &str = "31 25 0:27 / /sys/fs/cgroup/cpu rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n\
        32 25 0:28 / /sys/fs/cgroup/memory rw shared:10 - cgroup cgroup rw,memory\n\
        33 25 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
    const MEMORY: (&str, &str) = ("proc/meminfo", "MemTotal:        1048576 kB\nMemFree:          1000 kB\n");

    #[test]
    fn version_2_uses_the_lowest_limit_of_all_groups_above() {
        let tree = Tree::new(
            "v2",
            &[
                MEMORY,
                ("proc/self/cgroup", "0::/system.slice/job.service\n"),
                ("proc/self/mountinfo", V2),
                ("sys/fs/cgroup/system.slice/job.service/memory.max", "max\n"),
                ("sys/fs/cgroup/system.slice/memory.max", "8388608\n"),
                ("sys/fs/cgroup/memory.max", "16777216\n"),
            ],
        );
        let host = tree.look();
        assert_eq!((host.limit, host.memory), (Some(8 << 20), Some(1 << 30)));
        assert_eq!(host.budget(), Some(4 << 20));
    }

    #[test]
    fn version_1_has_its_own_hierarchy() {
        let files = |limit: &'static str| {
            [
                MEMORY,
                ("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/abc/inner\n1:name=systemd:/\n0::/\n"),
                ("proc/self/mountinfo", V1),
                ("sys/fs/cgroup/memory/docker/abc/inner/memory.limit_in_bytes", limit),
                ("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "402653184\n"),
                ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ]
        };
        assert_eq!(Tree::new("v1", &files("9223372036854771712\n")).look().limit, Some(384 << 20));
        assert_eq!(Tree::new("v1-inner", &files("65536\n")).look().limit, Some(64 << 10));
    }

    #[test]
    fn in_a_container_the_path_may_be_that_of_the_host() {
        let mounts = V1.replace("0:28 / /sys", "0:28 /docker/abc /sys");
        let tree = Tree::new(
            "container",
            &[
                ("proc/self/cgroup", "4:memory:/docker/abc\n"),
                ("proc/self/mountinfo", &mounts),
                ("sys/fs/cgroup/memory/memory.limit_in_bytes", "33554432\n"),
            ],
        );
        assert_eq!(tree.look().limit, Some(32 << 20));
    }

    #[test]
    fn without_a_limit_the_budget_is_a_quarter_of_the_memory() {
        let tree = Tree::new(
            "free",
            &[
                MEMORY,
                ("proc/self/cgroup", "4:memory:/\n0::/\n"),
                ("proc/self/mountinfo", V1),
                ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ],
        );
        assert_eq!((tree.look().limit, tree.look().budget()), (None, Some(256 << 20)));
        let nothing = Tree::new("nothing", &[("proc/other", "")]).look();
        assert_eq!(nothing, Host { limit: None, memory: None, cache: None });
        assert_eq!(nothing.budget(), None);
    }

    #[test]
    fn the_cache_is_the_highest_level_that_holds_data() {
        let cache = |i: usize, file: &str| format!("sys/devices/system/cpu/cpu0/cache/index{i}/{file}");
        let levels =
            [("1", "Data", "48K"), ("1", "Instruction", "99M"), ("2", "Unified", "2048K"), ("3", "Unified", "30M")];
        let mut files = std::vec::Vec::new();
        for (i, (level, kind, size)) in levels.iter().enumerate() {
            files.push((cache(i, "level"), level.to_string()));
            files.push((cache(i, "type"), kind.to_string()));
            files.push((cache(i, "size"), size.to_string()));
        }
        files.push((cache(4, "level"), "4".into()));
        let files: std::vec::Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
        assert_eq!(Tree::new("cache", &files).look().cache, Some(30 << 20));
    }

    #[test]
    fn sizes_may_have_units() {
        let known = [("1048576\n", 1 << 20), ("1024K", 1 << 20), ("1M", 1 << 20), ("2GiB", 2 << 30), ("7B", 7)];
        known.iter().for_each(|(text, n)| assert_eq!(size(text), Some(*n), "{text}"));
        ["", "K", "0", "-1", "1.5M", "12X", "99999999999G"].iter().for_each(|t| assert_eq!(size(t), None, "{t}"));
    }
}
