//! Writes `header.h` into the target folder, where maturin reads it: the declarations of `include/sqrtspace.h` in the form
//! that cffi parses, which has no preprocessor. Integer constants stay, other directives go.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The value of an integer constant, without parentheses and suffix.
fn integer(text: &str) -> Option<String> {
    if text == "UINT64_MAX" {
        return Some(u64::MAX.to_string());
    }
    let digits = text.trim_start_matches('(').trim_end_matches(')');
    digits.parse::<i64>().ok().map(|value| value.to_string())
}

/// `#define NAME VALUE` for integer constants; nothing for other directives.
fn define(line: &str) -> Option<String> {
    let rest = line.strip_prefix("#define ")?;
    let code = rest.split("/*").next().unwrap_or(rest);
    let mut words = code.split_whitespace();
    let name = words.next().filter(|name| name.starts_with("SQS_"))?;
    Some(format!("#define {name} {}", integer(words.next()?)?))
}

/// The header without comments: cffi reads what is left.
fn code(header: &str) -> String {
    let mut text = String::new();
    let mut rest = header;
    while let Some(start) = rest.find("/*") {
        text.push_str(&rest[..start]);
        let comment = &rest[start..];
        rest = comment.find("*/").map_or("", |end| &comment[end + 2..]);
    }
    text + rest
}

fn declarations(header: &str) -> String {
    let mut lines = Vec::new();
    let mut continued = false;
    let mut cplusplus = false;
    for line in code(header).lines() {
        let directive = continued || line.starts_with('#');
        continued = directive && line.ends_with('\\');
        match line {
            "#ifdef __cplusplus" => cplusplus = true,
            "#endif" => cplusplus = false,
            _ if directive => lines.extend(define(line)),
            _ if cplusplus => {}
            _ => lines.push(line.trim_end().to_owned()),
        }
    }
    lines.join("\n") + "\n"
}

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let header = root.join("../include/sqrtspace.h");
    println!("cargo:rerun-if-changed={}", header.display());
    println!("cargo:rerun-if-changed=build.rs");
    let text = fs::read_to_string(&header).unwrap_or_else(|error| panic!("{}: {error}", header.display()));
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    // TARGET/[TRIPLE/]PROFILE/build/NAME/out
    let mut targets: Vec<&Path> = out.ancestors().skip(4).take(2).collect();
    if !env::var("TARGET").is_ok_and(|triple| targets[0].ends_with(triple)) {
        targets.truncate(1);
    }
    for target in targets {
        fs::write(target.join("header.h"), declarations(&text)).expect("the target folder can be written");
    }
}
