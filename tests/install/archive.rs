//! libsqrtspace.a in a program with another static library written in Rust, which has its own std.

use super::*;

/// Compiles two.c with the libraries in this order; the message of a linker that refuses.
fn link(dir: &Path, options: &[&str], libraries: &[&Path]) -> Result<(), String> {
    let mut cc = Command::new("cc");
    cc.args(["-std=c99", "-Wall", "-Werror"]).arg(format!("-DVERSION=\"{}\"", env!("CARGO_PKG_VERSION"))).args(options);
    cc.arg("-I").arg(installed().join("usr/include")).arg(root().join("tests/install/two.c"));
    let out = cc.args(libraries).args(system_libraries()).arg("-o").arg(dir.join("two")).output().expect("cc");
    if out.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&out.stderr).into_owned()) }
}

/// Runs two.c: one panic is caught in each library.
fn check(dir: &Path) {
    let printed =
        run(Command::new(dir.join("two")).current_dir(dir).env("LD_LIBRARY_PATH", installed().join("usr/lib")));
    assert_eq!(printed, "a panic was caught at the C boundary\nboth\n");
}

/// The other library, of this compiler.
fn second(dir: &Path, rustc: &str, lto: &str) -> PathBuf {
    let library = dir.join(format!("libsecond_{lto}.a"));
    let mut command = Command::new(rustc);
    command.args(["--edition=2024", "--crate-type=staticlib", "-C", &format!("lto={lto}"), "-o"]).arg(&library);
    run(command.arg(root().join("tests/install/second.rs")));
    library
}

/// Links before and after ours, with and without --gc-sections.
fn links_with(dir: &Path, second: &Path) {
    let ours = installed().join("usr/lib/libsqrtspace.a");
    for libraries in [[&ours, second], [second, &ours]] {
        for options in [&["-DSECOND"][..], &["-DSECOND", "-Wl,--gc-sections"]] {
            link(dir, options, &libraries).unwrap_or_else(|e| panic!("{libraries:?} {options:?}: {e}"));
            check(dir);
        }
    }
}

fn rustc() -> String {
    std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned())
}

#[test]
fn a_panic_is_caught_at_the_boundary() {
    let dir = scratch("panic");
    for library in ["libsqrtspace.a", "libsqrtspace.so"] {
        link(&dir, &["-Wl,--gc-sections"], &[&installed().join("usr/lib").join(library)]).expect("link");
        check(&dir);
    }
}

#[test]
fn another_rust_library_links_beside_it() {
    let dir = scratch("second");
    installed();
    links_with(&dir, &second(&dir, &rustc(), "off"));
    let lto = second(&dir, &rustc(), "fat");
    links_with(&dir, &lto);
    // As rustc leaves the library, the symbols of std collide.
    let refused = link(&dir, &["-DSECOND"], &[&target().join("debug/libsqrtspace.a"), &lto]).expect_err("two of std");
    assert!(refused.contains("multiple definition"), "{refused}");
}

#[test]
fn a_library_of_another_compiler_links_beside_it() {
    let other = "/usr/bin/rustc";
    let version = |rustc: &str| run(Command::new(rustc).arg("--version"));
    if !long() || !available(&[other]) {
        return;
    }
    if version(other) == version(&rustc()) {
        println!("skipped: {other} is the compiler of the library");
        return;
    }
    let dir = scratch("other-compiler");
    for lto in ["off", "fat"] {
        links_with(&dir, &second(&dir, other, lto));
    }
}
