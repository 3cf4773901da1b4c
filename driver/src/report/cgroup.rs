//! The memory of this process's control group as the kernel counts it, page cache included.

/// The memory limit of a group, and its peak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) limit_bytes: u64,
    pub(crate) peak_bytes: u64,
}

/// The group's path in a line of /proc/self/cgroup: true for the memory controller of version 1, false for version 2.
fn path(line: &str) -> Option<(bool, &str)> {
    let mut parts = line.splitn(3, ':');
    match (parts.next()?, parts.next()?, parts.next()?) {
        ("0", "", path) => Some((false, path)),
        (_, controllers, path) if controllers.split(',').any(|c| c == "memory") => Some((true, path)),
        _ => None,
    }
}

fn number(path: &str) -> Option<u64> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// The figures of this process's group, or None if it has no limit or they cannot be read.
pub(crate) fn group() -> Option<Group> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    for (v1, path) in groups.lines().filter_map(path) {
        let (root, limit, peak) = if v1 {
            ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes")
        } else {
            ("/sys/fs/cgroup", "memory.max", "memory.peak")
        };
        // In a container, the group is mounted as the root.
        for dir in [format!("{root}{path}"), root.to_string()] {
            // Without a limit, version 2 has "max", and version 1 the maximum number of pages.
            let limit = number(&format!("{dir}/{limit}")).filter(|limit| *limit < 1 << 60);
            if let (Some(limit_bytes), Some(peak_bytes)) = (limit, number(&format!("{dir}/{peak}"))) {
                return Some(Group { limit_bytes, peak_bytes });
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_versions_are_parsed() {
        assert_eq!(path("4:memory:/docker/12"), Some((true, "/docker/12")));
        assert_eq!(path("4:cpu,memory:/"), Some((true, "/")));
        assert_eq!(path("0::/user.slice"), Some((false, "/user.slice")));
        assert_eq!(path("2:cpuacct:/"), None);
        assert_eq!(path("nonsense"), None);
    }
}
