//! The core builds without std and without alloc, and so does what an on-board computer gets: what they refer to is
//! looked up in the object files.

use crate::commands::{QUICK_BUILD, root, run, target};
use std::path::Path;
use std::process::Command;

/// Parts of the symbols of the allocator, and of all that comes from std, alloc or a crate that needs it (mangled crate
/// names).
const FORBIDDEN: [&str; 7] =
    ["__rust_alloc", "__rust_dealloc", "__rust_realloc", "__rg_", "3std", "5alloc", "7ndarray"];

/// Builds the library as an rlib with these features; returns its symbols.
fn symbols(name: &str, features: &[&str]) -> [Vec<String>; 2] {
    // One of its own for each, so that neither waits for the outer cargo nor finds the other's library.
    let built = target().join("no-std").join(name);
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).env("CARGO_TARGET_DIR", &built).env_remove("RUSTFLAGS");
    cargo.envs(QUICK_BUILD);
    cargo.args(["rustc", "--lib", "--no-default-features", "--crate-type", "rlib"]);
    if !features.is_empty() {
        cargo.arg("--features").arg(features.join(","));
    }
    run(&mut cargo);
    symbols_of(&built.join("debug/libsqrtspace.rlib"))
}

/// The symbols that a library refers to but does not define, and those it defines.
fn symbols_of(library: &Path) -> [Vec<String>; 2] {
    let symbols = run(Command::new("nm").arg(library));
    let of = |kinds: [&str; 2]| {
        let lines = symbols.lines().filter(|l| kinds.iter().any(|k| l.contains(k)));
        lines.filter_map(|l| l.split_whitespace().last()).map(str::to_owned).collect()
    };
    [of([" U ", " w "]), of([" T ", " R "])]
}

/// Gives what is defined.
fn check(name: &str, features: &[&str]) -> Vec<String> {
    let [names, defined] = symbols(name, features);
    assert!(names.iter().any(|n| n.contains("4core")), "core must appear: otherwise the check is empty");
    let wrong: Vec<_> = names.iter().filter(|n| FORBIDDEN.iter().any(|f| n.contains(f))).collect();
    assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    defined
}

/// Whether these are of a build that ends panics itself.
fn handles_panics(defined: &[String]) -> bool {
    defined.iter().any(|n| n.ends_with("rust_begin_unwind"))
}

#[test]
fn the_core_needs_neither_std_nor_an_allocator() {
    let defined = check("core", &[]);
    assert!(!handles_panics(&defined), "programs that use the core alone define the handler");
}

#[test]
fn what_flies_needs_neither_std_nor_an_allocator() {
    let defined = check("flight", &["flight"]);
    assert!(handles_panics(&defined) && defined.iter().any(|n| n == "sqs_panic_hook"), "{defined:#?}");
    assert!(!defined.iter().any(|n| n.starts_with("sqs_encoder")));
}

#[test]
fn the_codec_needs_neither_std_nor_an_allocator() {
    let defined = check("codec", &["flight", "codec"]);
    for name in ["sqs_encoder_step", "sqs_decoder_step", "sqs_pipeline_new", "sqs_stage_register_builtin"] {
        assert!(defined.iter().any(|n| n == name), "{name} is what flies");
    }
}

/// The library that cargo built for this program uses std: the check finds it.
#[test]
fn a_build_with_std_is_told_apart() {
    let built = std::env::current_exe().expect("path").with_file_name("libsqrtspace.rlib");
    let [names, _] = symbols_of(&built);
    assert!(names.iter().any(|n| FORBIDDEN.iter().any(|f| n.contains(f))), "{names:#?}");
}
