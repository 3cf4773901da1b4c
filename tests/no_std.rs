//! The core builds without std and without alloc, and so does what an on-board computer gets: what they refer to is
//! looked up in the object files.

use std::path::{Path, PathBuf};
use std::process::Command;

fn run(command: &mut Command) -> String {
    let out = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{command:?}\n{text}{}", String::from_utf8_lossy(&out.stderr));
    text
}

/// Parts of the symbols of the allocator, and of all that comes from std or alloc (mangled crate names).
const FORBIDDEN: [&str; 6] = ["__rust_alloc", "__rust_dealloc", "__rust_realloc", "__rg_", "3std", "5alloc"];

/// Builds the library as an rlib with these features, and gives the symbols it refers to but does not define.
fn undefined(name: &str, features: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let outer = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    // One of its own for each, so that neither waits for the outer cargo nor finds the other's library.
    let target = outer.join("no-std").join(name);
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root).env("CARGO_TARGET_DIR", &target).env_remove("RUSTFLAGS");
    cargo.env("CARGO_PROFILE_DEV_OPT_LEVEL", "0").env("CARGO_PROFILE_DEV_DEBUG", "false");
    cargo.args(["rustc", "--lib", "--no-default-features", "--crate-type", "rlib"]);
    if !features.is_empty() {
        cargo.arg("--features").arg(features.join(","));
    }
    run(&mut cargo);
    let symbols = run(Command::new("nm").arg("-u").arg(target.join("debug/libsqrtspace.rlib")));
    let names = symbols.lines().filter_map(|l| l.trim().strip_prefix("U ")).map(str::to_owned);
    names.collect()
}

fn check(name: &str, features: &[&str]) {
    let names = undefined(name, features);
    assert!(names.iter().any(|n| n.contains("4core")), "core is used: else this looks at nothing");
    let wrong: Vec<_> = names.iter().filter(|n| FORBIDDEN.iter().any(|f| n.contains(f))).collect();
    assert!(wrong.is_empty(), "{name}: {wrong:#?}");
}

#[test]
fn the_core_needs_neither_std_nor_an_allocator() {
    check("core", &[]);
}

#[test]
fn what_flies_needs_neither_std_nor_an_allocator() {
    check("flight", &["flight"]);
}

#[test]
fn the_codec_needs_neither_std_nor_an_allocator() {
    check("codec", &["flight", "codec"]);
}

/// The names above are what a build with std has.
#[test]
fn a_build_with_std_is_told_apart() {
    let names = undefined("std", &["std"]);
    assert!(names.iter().any(|n| FORBIDDEN.iter().any(|f| n.contains(f))), "{names:#?}");
}
