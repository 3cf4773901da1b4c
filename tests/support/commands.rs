//! Programs that tests run on the host, and the folder of the project.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Environment of a cargo whose profile dev compiles quickly: for tests of what is in a library, not of how it runs.
pub(crate) const QUICK_BUILD: [(&str, &str); 6] = [
    ("CARGO_PROFILE_DEV_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_DEV_DEBUG", "false"),
    ("CARGO_PROFILE_DEV_DEBUG_ASSERTIONS", "false"),
    ("CARGO_PROFILE_DEV_OVERFLOW_CHECKS", "false"),
    ("CARGO_PROFILE_DEV_INCREMENTAL", "false"),
    ("CARGO_PROFILE_DEV_CODEGEN_UNITS", "16"),
];

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Runs a program that has to succeed; returns what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let out = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{command:?}\n{text}{}", String::from_utf8_lossy(&out.stderr));
    text
}
