//! `make install` gives C programs what they need: names, links, pkg-config and CMake files, and libraries that show the API
//! alone. One build serves all tests; it is a quick one, because names are tested here and not speed.
//! SQS_LONG=1 adds the builds by CMake, the cross builds and a second compiler. SQS_NEED_CMAKE=1: a missing tool is an error.

#[path = "../support/amount.rs"]
mod amount;
#[path = "../support/commands.rs"]
mod commands;

mod archive;
mod cmake;
mod names;
mod pkg_config;

use commands::{root, run};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// An empty directory for one test.
fn scratch(name: &str) -> PathBuf {
    let dir = target().join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("directory");
    dir
}

/// A target directory of its own: the nested cargo does not wait for the outer one.
fn target() -> PathBuf {
    commands::target().join("install")
}

/// A command whose builds by cargo are quick and all land in `target()`.
fn quick(program: &str) -> Command {
    let mut command = Command::new(program);
    command.envs(commands::QUICK_BUILD);
    command.env("DEBUG", "1").env("CARGO_TARGET_DIR", target()).env("CARGO", env!("CARGO")).env_remove("MAKEFLAGS");
    command
}

fn make(goal: &str, stage: &Path) {
    let mut make = quick("make");
    make.current_dir(root()).args([goal, "PROFILE=dev", "PREFIX=/usr"]);
    run(make.arg(format!("DESTDIR={}", stage.display())));
}

/// Installs once; returns what stands for `/`. nextest runs each test in a process of its own, and passes the number of the run.
fn installed() -> &'static Path {
    static STAGE: OnceLock<PathBuf> = OnceLock::new();
    STAGE.get_or_init(|| {
        let (stage, stamp) = (target().join("stage"), target().join("installed-in-run"));
        let of_nextest = std::env::var("NEXTEST_RUN_ID").ok();
        if of_nextest.is_none() || std::fs::read_to_string(&stamp).ok() != of_nextest {
            make("install", &scratch("stage"));
            std::fs::write(stamp, of_nextest.unwrap_or_default()).expect("write");
        }
        stage
    })
}

/// Whether the tools run here; a missing one is reported, and an error with SQS_NEED_CMAKE=1.
fn available(tools: &[&str]) -> bool {
    let missing = tools.iter().find(|tool| Command::new(tool).arg("--version").output().is_err());
    if let Some(tool) = missing {
        assert!(std::env::var_os("SQS_NEED_CMAKE").is_none(), "{tool} is not installed");
        println!("skipped: {tool} is not installed");
    }
    missing.is_none()
}

fn long() -> bool {
    let long = amount::long();
    if !long {
        println!("skipped: a long test, which SQS_LONG=1 runs");
    }
    long
}

fn system_libraries() -> Vec<String> {
    installed();
    read(&target().join("libraries/system-libraries")).split_whitespace().map(str::to_owned).collect()
}

/// What c-examples/01_hello.c prints.
fn hello() -> String {
    read(&root().join("c-examples/expected/01_hello.txt"))
}
