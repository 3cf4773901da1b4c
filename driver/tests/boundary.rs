//! The program stands on the C functions alone, and on one file that calls them.

use std::path::Path;

fn sources(dir: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Code without its comments.
fn code(text: &str) -> String {
    text.lines().map(|l| l.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

#[test]
fn one_file_is_unsafe_and_uses_the_c_functions_only() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 10);
    for (path, text) in &found {
        let code = code(text);
        if path.ends_with("src/library.rs") {
            assert!(code.contains("use sqrtspace::ffi::*;"));
            assert_eq!(code.matches("sqrtspace::").count(), 1, "{path} uses more of the library than its C functions");
        } else {
            assert!(!code.contains("unsafe"), "{path} has unsafe code");
            assert!(!code.contains("sqrtspace::"), "{path} reaches around library.rs");
        }
    }
}
