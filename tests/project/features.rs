//! What is detected before wide code runs is all that the compiler assumes in it.

use crate::commands::{root, run};
use std::collections::BTreeSet;
use std::process::Command;

/// Features that the compiler assumes with these.
fn implied(features: &str) -> BTreeSet<String> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "cfg", "--target", "x86_64-unknown-linux-gnu"]);
    if !features.is_empty() {
        let list: Vec<_> = features.split(',').map(|f| format!("+{f}")).collect();
        rustc.arg("-C").arg(format!("target-feature={}", list.join(",")));
    }
    let text = run(&mut rustc);
    let names = text.lines().filter_map(|l| l.strip_prefix("target_feature=\"")?.strip_suffix('"'));
    names.map(String::from).collect()
}

/// The texts in quotation marks after `before` in a file of src/simd.
fn quoted(file: &str, before: &str) -> BTreeSet<String> {
    let source = std::fs::read_to_string(root().join("src/simd").join(file)).expect("source");
    let before = format!("{before}\"");
    let parts = source.split(&before).skip(1);
    parts.filter_map(|t| t.split('"').next()).map(String::from).collect()
}

#[test]
fn every_feature_that_the_compiler_assumes_is_detected() {
    let of_levels = quoted("mod.rs", "has!(");
    let always = implied("");
    let mut compared = 0;
    for entry in std::fs::read_dir(root().join("src/simd")).expect("folder") {
        let name = entry.expect("entry").file_name().into_string().expect("name");
        // The CRC is not of a level: it detects what it needs.
        let own = quoted(&name, "has!(");
        let detected = if name == "crc.rs" { &own } else { &of_levels };
        for features in quoted(&name, "#[target_feature(enable = ") {
            let assumed = implied(&features);
            let missing: Vec<_> = assumed.difference(&always).filter(|f| !detected.contains(*f)).collect();
            assert!(missing.is_empty(), "{name}: {features} also enables {missing:?}");
            compared += 1;
        }
    }
    assert!(compared >= 6, "{compared}");
}
