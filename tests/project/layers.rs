//! The layers of docs/ARCHITECTURE.md, modules without import circles, where `unsafe` is allowed, and what is never
//! used outside of tests.

use crate::commands::root;
use crate::imports::{Modules, Sources, read};
use std::collections::BTreeMap;

/// Modules that may contain `unsafe`.
const UNSAFE: [&str; 3] = ["mem", "simd", "ffi"];

fn modules(folder: &str) -> Modules {
    Modules::new(&read(&root().join(folder)))
}

/// The block ```` ```layers ```` of a document: each module, lowest layer first, and the modules that it may use.
fn layers(document: &str) -> Vec<(String, Vec<String>)> {
    let block = document.split("```layers\n").nth(1).expect("a block of layers").split("```").next().unwrap_or("");
    let line = |line: &str| {
        let columns: Vec<&str> = line.split('|').collect();
        let [name, _, uses] = columns[..] else { panic!("`module | what it holds | modules`, not {line}") };
        let uses = uses.split_whitespace().filter(|u| *u != "none").map(str::to_owned).collect();
        (name.trim().to_owned(), uses)
    };
    block.lines().map(line).collect()
}

/// Imports that the layers do not allow.
fn violations(layers: &[(String, Vec<String>)], modules: &Modules) -> Vec<String> {
    let mut wrong = Vec::new();
    for (i, (name, uses)) in layers.iter().enumerate() {
        for used in uses {
            if !layers.iter().take(i).any(|(lower, _)| lower == used) {
                wrong.push(format!("the list of layers: {name} uses {used}, which is not above it"));
            }
        }
    }
    let allowed: BTreeMap<_, _> = layers.iter().map(|(name, uses)| (name, uses)).collect();
    for (from, to, path) in modules.imports() {
        // The root declares the modules.
        let (Some(user), Some(used)) = (from.first(), to.first()) else { continue };
        if user != used && !allowed.get(user).is_some_and(|uses| uses.contains(used)) {
            wrong.push(format!("{} uses {path}", from.join("/")));
        }
    }
    for name in modules.all.keys().filter_map(|path| path.first()) {
        if !allowed.contains_key(name) {
            wrong.push(format!("{name} is not in the list of layers"));
        }
    }
    wrong.dedup();
    wrong
}

#[test]
fn modules_import_from_lower_layers_only() {
    let document = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).expect("the document");
    let wrong = violations(&layers(&document), &modules("src"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_library_has_no_import_circles() {
    let circles = modules("src").circles();
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn the_driver_has_no_import_circles() {
    let circles = modules("driver/src").circles();
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn unsafe_and_panics_are_where_they_belong() {
    let mut wrong = Vec::new();
    for (path, module) in &modules("src").all {
        let name = path.join("/");
        let is_root = path.is_empty();
        let may_be_unsafe = is_root || path.first().is_some_and(|p| UNSAFE.contains(&p.as_str()));
        if !may_be_unsafe && module.code.iter().any(|t| t == "unsafe") {
            wrong.push(format!("{name}: unsafe"));
        }
        for word in ["unwrap", "expect"] {
            if module.code.windows(3).any(|w| w[0] == "." && w[1] == word && w[2] == "(") {
                wrong.push(format!("{name}: .{word}("));
            }
        }
        if module.code.windows(2).any(|w| w[0] == "panic" && w[1] == "!") {
            wrong.push(format!("{name}: panic!"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A crate of these files.
fn planted(files: &[(&str, &str)]) -> Modules {
    let sources: Sources = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Modules::new(&sources)
}

#[test]
fn the_checker_finds_planted_circles() {
    let found = |files: &[(&str, &str)]| planted(files).circles().len();
    let root = ("lib.rs", "mod a;");
    // Two modules, in a use, in a path of an expression, and in a longer circle.
    let mod_ab = ("a/mod.rs", "mod b; mod c; mod d;");
    let b = ("a/b.rs", "use super::c::{C, D as E}; pub struct B;");
    assert_eq!(found(&[root, mod_ab, b, ("a/c.rs", "use super::b::B; pub struct C;")]), 1);
    assert_eq!(found(&[root, mod_ab, b, ("a/c.rs", "fn f() { crate::a::b::g() }")]), 1);
    assert_eq!(found(&[root, mod_ab, b, ("a/c.rs", "use crate::a::d::D;"), ("a/d.rs", "use super::b;")]), 1);
    assert_eq!(found(&[root, mod_ab, b, ("a/c.rs", "use crate::a::d::D;"), ("a/d.rs", "pub struct D;")]), 0);
    // What a type captures is no import, and what follows it is still read.
    let captures =
        "fn f<'a>() -> impl Fn() + use<'a> { crate::a::b::g() } #[cfg(test)] fn t() -> impl Fn() + use<> { }";
    assert_eq!(found(&[root, mod_ab, b, ("a/c.rs", captures)]), 1);
    assert_eq!(found(&[root, mod_ab, b, ("a/c.rs", "fn f<'a>() -> impl Fn() + use<'a> { g() }")]), 0);
    // A module and its folder's mod.rs.
    let c = ("a/c.rs", "use super::A; pub struct C;");
    assert_eq!(found(&[root, ("a/mod.rs", "mod c; use c::C; pub struct A(C);"), c]), 1);
    assert_eq!(found(&[root, ("a/mod.rs", "mod c; pub struct A; fn f() { c::g() }"), c]), 1);
    assert_eq!(found(&[root, ("a/mod.rs", "mod c; pub use c::C; pub struct A(C);"), c]), 1);
    // Folders within a folder.
    let folders = [root, ("a/mod.rs", "mod b; mod c;"), ("a/b/mod.rs", "mod x; mod y;"), ("a/c/mod.rs", "mod x;")];
    let inner = [("a/b/x.rs", "use super::super::c::x::X;"), ("a/b/y.rs", "pub struct Y;")];
    let back = [("a/c/x.rs", "use crate::a::b::y::Y; pub struct X;")];
    assert_eq!(found(&[&folders[..], &inner, &back].concat()), 1);
}

#[test]
fn the_checker_accepts_re_exports_tests_and_text() {
    let found = |module: &str, child: &str| {
        planted(&[("lib.rs", "mod a;"), ("a/mod.rs", module), ("a/b.rs", child), ("a/c.rs", "pub struct C;")]).circles()
    };
    let none: [String; 0] = [];
    assert_eq!(found("mod b; mod c; pub(crate) use b::B; pub struct A;", "use super::A; pub struct B;"), none);
    // A re-export counts as the module that defines the item.
    assert_eq!(
        found("mod b; mod c; pub use c::C; pub use b::f; fn g() { b::f() }", "use super::C; pub fn f() {}"),
        none
    );
    let tests = "pub struct B; #[cfg(test)] mod tests { use super::super::A; }";
    assert_eq!(found("mod b; mod c; use b::B; pub struct A;", tests), none);
    assert_eq!(
        found("mod b; mod c; use b::B; pub struct A;", "// super::A\n/* super::A */ fn f() -> &str { \"super::A\" }"),
        none
    );
    assert_eq!(found("#[cfg(test)]\nmod b; mod c; use c::C; pub struct A;", "use super::A;"), none);
    // `super` within an inline module is the file itself.
    assert_eq!(
        found("mod b; mod c; use b::x::f; pub struct A;", "pub struct A; mod x { use super::A; pub fn f() {} }"),
        none
    );
}

#[test]
fn the_checker_finds_imports_from_higher_layers() {
    let list = layers("```layers\nlow | text | none\nhigh | text | low\n```");
    let wrong = |low: &str, high: &str| {
        violations(&list, &planted(&[("lib.rs", "mod low; mod high;"), ("low.rs", low), ("high.rs", high)]))
    };
    assert_eq!(wrong("", "use crate::low::L;").len(), 0);
    assert_eq!(wrong("fn f() { super::high::g() }", "").len(), 1);
    assert_eq!(wrong("use crate::high;", "").len(), 1);
    let more = planted(&[("lib.rs", "mod other;"), ("other.rs", "")]);
    assert_eq!(violations(&list, &more), ["other is not in the list of layers"]);
    let turned = layers("```layers\nhigh | text | low\nlow | text | none\n```");
    assert_eq!(violations(&turned, &planted(&[])).len(), 1);
}
