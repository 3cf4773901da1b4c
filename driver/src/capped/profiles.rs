//! On-board computers: memory, CPUs and cache. The numbers come from the files in docker/profiles, which `docker run
//! --env-file` reads as well.

use crate::cli;
use crate::error::Result;
use crate::report::numbers::bytes;
use crate::report::print;

const FILES: [(&str, &str); 3] = [
    ("rad750", include_str!("../../../docker/profiles/rad750.env")),
    ("gr712rc", include_str!("../../../docker/profiles/gr712rc.env")),
    ("gr740", include_str!("../../../docker/profiles/gr740.env")),
];

/// An on-board computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    pub(crate) title: String,
    pub(crate) memory_bytes: u64,
    /// Memory and swap together.
    pub(crate) memory_swap_bytes: u64,
    pub(crate) cpus: u32,
    pub(crate) cache_bytes: u64,
}

fn parse(name: &'static str, text: &str) -> Result<Profile> {
    let value = |key: &str| {
        let line = text.lines().find_map(|l| l.strip_prefix(key)?.strip_prefix('='));
        line.ok_or_else(|| format!("docker/profiles/{name}.env has no {key}"))
    };
    let size = |key: &str| cli::bytes(value(key)?).map_err(|e| format!("docker/profiles/{name}.env: {key}: {e}"));
    Ok(Profile {
        name,
        title: value("TITLE")?.into(),
        memory_bytes: size("MEMORY")?,
        memory_swap_bytes: size("MEMORY_SWAP")?,
        cpus: size("CPUS")? as u32,
        cache_bytes: size("LLC_BYTES")?,
    })
}

/// The profile with a name.
pub(crate) fn find(name: &str) -> Result<Profile> {
    let known = || FILES.map(|(name, _)| name).join(", ");
    let (name, text) = FILES
        .iter()
        .find(|(n, _)| *n == name)
        .ok_or_else(|| format!("unknown profile {name}; the profiles are {}", known()))?;
    parse(name, text)
}

/// `driver profile`: lists all profiles, or prints the file of one.
pub(crate) fn list(name: Option<&str>) -> Result<()> {
    if let Some(name) = name {
        find(name)?;
        return print(FILES.iter().find(|(n, _)| *n == name).map_or("", |(_, text)| text));
    }
    let mut out =
        format!("{:<9}{:<26}{:>12}{:>10}{:>12}{:>12}\n", "profile", "computer", "memory", "swap", "CPUs", "cache");
    for (name, text) in FILES {
        let p = parse(name, text)?;
        let swap = match p.memory_swap_bytes.saturating_sub(p.memory_bytes) {
            0 => "none".into(),
            swap => bytes(swap),
        };
        let (memory, cache) = (bytes(p.memory_bytes), bytes(p.cache_bytes));
        out.push_str(&format!("{name:<9}{:<26}{memory:>12}{swap:>10}{:>12}{cache:>12}\n", p.title, p.cpus));
    }
    out.push_str("\n`driver profile NAME` prints the source of each number.\n");
    print(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_complete_and_valid() {
        for (name, text) in FILES {
            let p = parse(name, text).unwrap();
            assert_eq!(p, find(name).unwrap());
            assert!(p.memory_bytes >= 64 << 20 && p.memory_swap_bytes == p.memory_bytes, "{name}: no swap");
            assert!(p.cpus >= 1 && p.cache_bytes >= 16 << 10 && p.cache_bytes < p.memory_bytes);
            for key in ["MEMORY", "MEMORY_SWAP", "CPUS", "LLC_BYTES"] {
                assert!(
                    text.lines().any(|l| l.starts_with(&format!("# {key} "))),
                    "{name}: the source of {key} is missing"
                );
            }
            // `docker run --env-file` accepts lines NAME=VALUE and comment lines.
            assert!(
                text.lines().all(|l| l.starts_with('#') || l.split_once('=').is_some_and(|(k, _)| !k.contains(' ')))
            );
        }
        assert!(find("z80").unwrap_err().to_string().contains("rad750"));
    }
}
