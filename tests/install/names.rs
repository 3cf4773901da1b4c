//! Names, links and symbols of the installed files.

use super::*;

/// The names that `nm` lists, without those of archive members.
fn symbols(file: &Path, options: &[&str]) -> Vec<String> {
    let list = run(Command::new("nm").args(options).arg("--format=posix").arg(file));
    list.lines().filter(|l| l.contains(' ')).filter_map(|l| l.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn the_shared_library_has_its_names() {
    let lib = installed().join("usr/lib");
    let version = env!("CARGO_PKG_VERSION");
    let link = |name: &str| std::fs::read_link(lib.join(name)).expect("link");
    assert_eq!(link("libsqrtspace.so"), Path::new("libsqrtspace.so.0"));
    assert_eq!(link("libsqrtspace.so.0"), Path::new(&format!("libsqrtspace.so.{version}")));
    let dynamic = run(Command::new("readelf").arg("-d").arg(lib.join("libsqrtspace.so")));
    assert!(dynamic.contains("Library soname: [libsqrtspace.so.0]"), "{dynamic}");
}

#[test]
fn both_libraries_show_the_functions_of_the_header_alone() {
    let lib = installed().join("usr/lib");
    let header = read(&installed().join("usr/include/sqrtspace.h"));
    let code = header.split("extern \"C\" {").nth(1).expect("functions");
    let mut declared = Vec::new();
    for word in code.split('(') {
        let name = word.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let declaration = word.rsplit('\n').next().unwrap_or_default();
        if name.starts_with("sqs_") && !declaration.starts_with([' ', '/', '*', '#']) {
            declared.push(name);
        }
    }
    assert!(declared.len() > 20, "{declared:?}");
    let shared = symbols(&lib.join("libsqrtspace.so"), &["--dynamic", "--defined-only"]);
    let archived = symbols(&lib.join("libsqrtspace.a"), &["--extern-only", "--defined-only"]);
    for names in [shared, archived] {
        for name in &names {
            assert!(name.starts_with("sqs_") && header.contains(&format!("{name}(")), "{name} is not in the header");
        }
        for name in &declared {
            assert!(names.iter().any(|n| n == name), "{name} is not exported");
        }
    }
}

#[test]
fn debug_information_is_in_a_file_of_its_own() {
    let lib = installed().join("usr/lib");
    for file in ["libsqrtspace.so", "libsqrtspace.a"] {
        let sections = run(Command::new("readelf").arg("-SW").arg(lib.join(file)));
        assert!(sections.contains(".text"), "{sections}");
        assert!(!sections.contains(".debug_") && !sections.contains(".llvmbc"), "{file}: {sections}");
    }
    let notes = run(Command::new("readelf").arg("-n").arg(lib.join("libsqrtspace.so")));
    let id = notes.split("Build ID: ").nth(1).expect("build id").split_whitespace().next().expect("build id");
    assert_eq!(id.len(), 40, "{id}");
    let debug = lib.join("debug/.build-id").join(&id[..2]).join(format!("{}.debug", &id[2..]));
    let sections = run(Command::new("readelf").arg("-SW").arg(&debug));
    assert!(sections.contains(".debug_line"), "{sections}");
    assert!(run(Command::new("readelf").arg("-n").arg(&debug)).contains(id));

    if !available(&["gdb"]) {
        return;
    }
    let mut gdb = Command::new("gdb");
    gdb.args(["-nx", "-batch", "-ex"]).arg(format!("set debug-file-directory {}", lib.join("debug").display()));
    let lines = run(gdb
        .arg("-ex")
        .arg(format!("file {}", lib.join("libsqrtspace.so").display()))
        .args(["-ex", "info line sqs_version"]));
    assert!(lines.contains("src/ffi/"), "{lines}");
}

#[test]
fn what_is_installed_can_be_removed() {
    installed();
    let stage = scratch("removed");
    make("install", &stage);
    let pc = |stage: &Path| read(&stage.join("usr/lib/pkgconfig/sqrtspace.pc"));
    assert_eq!(pc(&stage), pc(installed()), "nothing was built: the same list of libraries");
    std::fs::remove_dir_all(stage.join("usr/lib/debug")).expect("debug information");
    make("uninstall", &stage);
    let left = run(Command::new("find").arg(&stage).args(["-not", "-type", "d"]));
    assert_eq!(left, "");
}
