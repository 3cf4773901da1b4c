//! The program stands on the C functions alone, and on one folder that calls them.

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
fn one_folder_is_unsafe_and_uses_the_c_functions_only() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 10);
    let mut wrapped = 0;
    for (path, text) in &found {
        let code = code(text);
        if path.contains("src/library/") {
            let uses = code.matches("use sqrtspace::ffi::*;").count();
            wrapped += uses;
            assert_eq!(
                code.matches("sqrtspace::").count(),
                uses,
                "{path} uses more of the library than its C functions"
            );
        } else {
            assert!(!code.contains("unsafe"), "{path} has unsafe code");
            assert!(!code.contains("sqrtspace::"), "{path} reaches around src/library");
        }
    }
    assert!(wrapped > 3);
}
