//! consumer/CMakeLists.txt, configured and built in each way that docs/guide/installing.md gives.

use super::*;

/// The arguments to configure the consumer into `build`.
fn configure(build: &Path, how: &str, more: &[String]) -> Command {
    let mut cmake = quick("cmake");
    cmake.arg("-S").arg(root().join("tests/install/consumer")).arg("-B").arg(build);
    cmake.args([format!("-DHOW={how}"), format!("-DSOURCE={}", root().display())]).args(more);
    cmake
}

fn build(build: &Path) {
    run(quick("cmake").arg("--build").arg(build));
}

/// The four programs print what the quickstart prints, and two of them load the shared library.
fn check(build: &Path) {
    for name in ["c-shared", "c-static", "cpp-shared", "cpp-static"] {
        let program = build.join(name);
        assert_eq!(run(&mut Command::new(&program)), hello(), "{name}");
        let needs = run(Command::new("readelf").arg("-d").arg(&program));
        assert_eq!(needs.contains("[libsqrtspace.so.0]"), name.ends_with("shared"), "{name}: {needs}");
    }
    let component = run(&mut Command::new(build.join("component")));
    assert_eq!(component, read(&root().join("cpp-examples/expected/01_component.txt")), "sqrtspace.hpp");
}

fn builds_from_source(how: &str) {
    if !long() || !available(&["cmake"]) {
        return;
    }
    // The same target directory as `make install`: cargo has built the library there.
    installed();
    let dir = scratch(how);
    run(&mut configure(&dir, how, &["-DCMAKE_BUILD_TYPE=Debug".to_owned()]));
    build(&dir);
    check(&dir);
    // Nothing to do the second time.
    let again = run(quick("cmake").arg("--build").arg(&dir));
    assert!(!again.contains("Building") && !again.contains("Linking"), "{again}");
}

#[test]
fn find_package_finds_both_libraries() {
    if !available(&["cmake"]) {
        return;
    }
    let dir = scratch("find_package");
    // Moved as a whole: nothing in the package names the place where it was installed.
    let moved = dir.join("moved");
    run(Command::new("cp").arg("-a").arg(installed().join("usr")).arg(&moved));
    let prefix = format!("-DCMAKE_PREFIX_PATH={}", moved.display());
    let wanted =
        |version: &str| configure(&dir.join(version), "find_package", &[prefix.clone(), format!("-DWANTED={version}")]);
    run(&mut wanted("0.1"));
    build(&dir.join("0.1"));
    check(&dir.join("0.1"));
    for version in ["9", "0.2", "1.0"] {
        let refused = wanted(version).output().expect("cmake");
        let message = String::from_utf8_lossy(&refused.stderr);
        assert!(
            !refused.status.success() && message.contains("compatible with requested version"),
            "{version}: {message}"
        );
    }
}

#[test]
fn add_subdirectory_builds_the_library() {
    builds_from_source("add_subdirectory");
}

#[test]
fn fetch_content_builds_the_library() {
    builds_from_source("FetchContent");
}

/// Cross-compiles the consumer with a toolchain file.
fn cross(name: &str) -> PathBuf {
    let dir = scratch(name);
    let toolchain = root().join("cmake/toolchains").join(name);
    let file = format!("-DCMAKE_TOOLCHAIN_FILE={}.cmake", toolchain.display());
    run(&mut configure(&dir, "add_subdirectory", &[file, "-DCMAKE_BUILD_TYPE=Debug".to_owned()]));
    build(&dir);
    dir
}

#[test]
fn powerpc_builds_by_toolchain_file() {
    if !long() || !available(&["cmake", "powerpc-linux-gnu-gcc", "qemu-ppc", "/usr/bin/rustc"]) {
        return;
    }
    let dir = cross("powerpc-750-linux");
    let mut qemu = Command::new("qemu-ppc");
    assert_eq!(run(qemu.args(["-L", "/usr/powerpc-linux-gnu", "-cpu", "750"]).arg(dir.join("c-static"))), hello());
    only_the_api_is_global("powerpc-linux-gnu-nm", &dir);
}

#[test]
fn leon3_builds_by_toolchain_file() {
    if !long() || !available(&["cmake", "sparc64-linux-gnu-gcc", "/usr/bin/rustc"]) {
        return;
    }
    let dir = cross("leon3-bare");
    let header = run(Command::new("readelf").arg("-h").arg(dir.join("bare")));
    assert!(header.contains("ELF32") && header.contains("EXEC") && header.contains("Sparc"), "{header}");
    only_the_api_is_global("sparc64-linux-gnu-nm", &dir);
}

fn only_the_api_is_global(nm: &str, dir: &Path) {
    let library = dir.join("sqrtspace/libraries/libsqrtspace.a");
    let list = run(Command::new(nm).args(["--extern-only", "--defined-only", "--format=posix"]).arg(library));
    let names: Vec<_> = list.lines().filter(|l| l.contains(' ')).collect();
    assert!(names.len() > 20 && names.iter().all(|n| n.starts_with("sqs_")), "{names:?}");
}
