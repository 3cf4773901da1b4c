//! What `make install` lays down is what a C program finds: names, links, link lines; and the shared library shows
//! nothing but the API.

use crate::commands::{root, run, target};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

fn make_install(target: &Path, stage: &Path) {
    let mut make = Command::new("make");
    // The names are tested, not the speed: a build that takes a minute less.
    make.env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO", env!("CARGO"))
        .env_remove("MAKEFLAGS");
    run(make.current_dir(root()).arg("install").arg("PREFIX=/usr").arg(format!("DESTDIR={}", stage.display())));
}

/// Installs once, in a target directory of its own; gives what stands for `/`.
fn installed() -> &'static Path {
    static STAGE: OnceLock<PathBuf> = OnceLock::new();
    STAGE.get_or_init(|| {
        let target = target().join("install");
        // Tests may run in a process each.
        let stage = target.join(format!("stage-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&stage);
        make_install(&target, &stage);
        // Again, with nothing to build: the same link line.
        let pc = stage.join("usr/lib/pkgconfig/sqrtspace.pc");
        let first = std::fs::read_to_string(&pc).expect("pc");
        std::fs::remove_file(&pc).expect("remove");
        make_install(&target, &stage);
        assert_eq!(std::fs::read_to_string(&pc).expect("pc"), first);
        stage
    })
}

#[test]
fn the_shared_library_has_its_names() {
    let lib = installed().join("usr/lib");
    let version = env!("CARGO_PKG_VERSION");
    let link = |name: &str| std::fs::read_link(lib.join(name)).expect("link");
    assert_eq!(link("libsqrtspace.so"), Path::new("libsqrtspace.so.0"));
    assert_eq!(link("libsqrtspace.so.0"), Path::new(&format!("libsqrtspace.so.{version}")));
    let real = lib.join(format!("libsqrtspace.so.{version}"));
    let dynamic = run(Command::new("readelf").arg("-d").arg(&real));
    assert!(dynamic.contains("Library soname: [libsqrtspace.so.0]"), "{dynamic}");

    let symbols = run(Command::new("nm").args(["-D", "--defined-only"]).arg(&real));
    let names: Vec<_> = symbols.lines().filter_map(|l| l.split_whitespace().last()).collect();
    let others: Vec<_> = names.iter().filter(|n| !n.starts_with("sqs_")).collect();
    assert!(others.is_empty(), "{others:?}");
    // Each function of the header is there, and nothing that the header does not tell.
    let header = std::fs::read_to_string(installed().join("usr/include/sqrtspace.h")).expect("header");
    for name in &names {
        assert!(header.contains(&format!("{name}(")), "{name} is not in the header");
    }
    let code = header.split("extern \"C\" {").nth(1).expect("functions");
    let mut declared = 0;
    for word in code.split('(') {
        let name = word.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let declaration = word.rsplit('\n').next().unwrap_or_default();
        if name.starts_with("sqs_") && (declaration.starts_with("sqs_") || declaration.starts_with("void")) {
            assert!(names.contains(&name), "{name} is not exported");
            declared += 1;
        }
    }
    assert!(declared > 20, "{declared} declarations");
}

#[test]
fn the_quickstart_builds_with_pkg_config() {
    if Command::new("pkg-config").arg("--version").output().is_err() {
        println!("skipped: no pkg-config here");
        return;
    }
    let stage = installed();
    let flags = |more: &[&str]| {
        let mut tool = Command::new("pkg-config");
        // Paths below the stage, also those that the system would have anyway.
        tool.env("PKG_CONFIG_LIBDIR", stage.join("usr/lib/pkgconfig"))
            .env("PKG_CONFIG_SYSROOT_DIR", stage)
            .env("PKG_CONFIG_ALLOW_SYSTEM_CFLAGS", "1")
            .env("PKG_CONFIG_ALLOW_SYSTEM_LIBS", "1");
        run(tool.args(more).arg("sqrtspace")).trim().to_owned()
    };
    assert_eq!(flags(&["--modversion"]), env!("CARGO_PKG_VERSION"));
    let expected = std::fs::read_to_string(root().join("c-examples/expected/01_hello.txt")).expect("expected");
    for kind in ["shared", "static"] {
        let line = match kind {
            "shared" => flags(&["--cflags", "--libs"]),
            // The linker would take the shared library of two; the file name says which one.
            _ => flags(&["--cflags", "--libs", "--static"]).replace("-lsqrtspace", "-l:libsqrtspace.a"),
        };
        let program = stage.join(format!("hello-{kind}"));
        let mut cc = Command::new("cc");
        cc.args(["-std=c99", "-ffp-contract=off"]).arg(root().join("c-examples/01_hello.c")).arg("-o").arg(&program);
        run(cc.args(line.split_whitespace()));
        let needs = run(Command::new("readelf").arg("-d").arg(&program));
        assert_eq!(needs.contains("[libsqrtspace.so.0]"), kind == "shared", "{kind}: {needs}");
        let mut hello = Command::new(&program);
        assert_eq!(run(hello.env("LD_LIBRARY_PATH", stage.join("usr/lib"))), expected, "{kind}");
    }
}
