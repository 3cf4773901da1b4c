//! Who may import whom, where `unsafe` may stand, and what never stands outside of tests.

use std::path::{Path, PathBuf};

const BASE: &[&str] = &["status", "limits", "util", "checked", "crc", "digest"];
/// Modules in the order of the layers: each may use those before it.
const ORDER: &[&str] =
    &["mem", "dtype", "simd", "kernel", "io", "graph", "schedule", "store", "plan", "exec", "pipeline", "ffi"];

fn allowed(module: &str) -> Vec<&'static str> {
    let mut list = BASE.to_vec();
    match module {
        "stages" | "io" => list.extend(["mem", "dtype", "kernel", "simd"]),
        "codec" => list.extend(["mem", "dtype", "simd", "kernel", "io"]),
        // Its CRC has an instruction on some processors.
        "crc" => list.push("simd"),
        m if BASE.contains(&m) => {}
        // The one place that finds a built-in stage by its kind.
        "pipeline" => list.extend(ORDER.iter().take_while(|o| **o != "pipeline").chain(&["stages"])),
        "ffi" => list.extend(ORDER.iter().chain(&["stages", "codec"])),
        m => {
            let at = ORDER.iter().position(|o| *o == m).unwrap_or_else(|| panic!("{m} has no place in the layers"));
            list.extend(&ORDER[..at]);
        }
    }
    list
}

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("src") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// True for a file that its parent declares as a module of tests.
fn is_test(file: &Path) -> bool {
    let name = file.file_stem().expect("stem").to_string_lossy().into_owned();
    let parent = std::fs::read_to_string(file.with_file_name("mod.rs")).unwrap_or_default();
    parent.contains(&format!("#[cfg(test)]\nmod {name};"))
}

/// Code without comments and without what stands behind the first `#[cfg(test)]`.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("source");
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines().map(|l| l.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn modules_keep_to_their_layers() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&src, &mut all);
    let mut wrong = Vec::new();
    for file in all.iter().filter(|f| !is_test(f)) {
        let inside = file.strip_prefix(&src).expect("in src");
        let first = inside.components().next().expect("module").as_os_str().to_string_lossy().into_owned();
        let module = first.trim_end_matches(".rs");
        let code = code(file);
        let name = inside.display();
        if !["mem", "ffi", "simd"].contains(&module) && code.contains("unsafe ") {
            wrong.push(format!("{name}: unsafe"));
        }
        for word in [".unwrap()", ".expect(", "panic!("] {
            if code.contains(word) {
                wrong.push(format!("{name}: {word}"));
            }
        }
        if module == "lib" {
            continue;
        }
        let allowed = allowed(module);
        for used in code.split("crate::").skip(1) {
            let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !used.is_empty() && used != module && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{name}: uses {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
