//! The program uses the C functions of the library alone, and calls them in one folder.

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

/// Code without comments.
fn code(text: &str) -> String {
    text.lines().map(|l| l.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

#[test]
fn one_folder_has_unsafe_code_and_calls_the_c_functions() {
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
                "{path} uses items of the library other than its C functions"
            );
        } else {
            assert!(!code.contains("unsafe"), "{path} has unsafe code");
            assert!(!code.contains("sqrtspace::"), "{path} uses the library outside of src/library");
        }
    }
    assert!(wrapped > 3);
}
