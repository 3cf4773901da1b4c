//! The quickstart, built as a user builds it with pkg-config.

use super::*;

#[test]
fn the_quickstart_builds_with_pkg_config() {
    if !available(&["pkg-config"]) {
        return;
    }
    let stage = installed();
    let flags = |more: &[&str]| {
        let mut tool = Command::new("pkg-config");
        // Paths in the stage, also those that the system would have anyway.
        tool.env("PKG_CONFIG_LIBDIR", stage.join("usr/lib/pkgconfig"))
            .env("PKG_CONFIG_SYSROOT_DIR", stage)
            .env("PKG_CONFIG_ALLOW_SYSTEM_CFLAGS", "1")
            .env("PKG_CONFIG_ALLOW_SYSTEM_LIBS", "1");
        run(tool.args(more).arg("sqrtspace")).trim().to_owned()
    };
    assert_eq!(flags(&["--modversion"]), env!("CARGO_PKG_VERSION"));
    let dir = scratch("pkg-config");
    for kind in ["shared", "static"] {
        let line = match kind {
            "shared" => flags(&["--cflags", "--libs"]),
            // The linker would take the shared library of two; the file name selects one.
            _ => flags(&["--cflags", "--libs", "--static"]).replace("-lsqrtspace", "-l:libsqrtspace.a"),
        };
        let program = dir.join(kind);
        let mut cc = Command::new("cc");
        cc.args(["-std=c99", "-ffp-contract=off"]).arg(root().join("c-examples/01_hello.c")).arg("-o").arg(&program);
        run(cc.args(line.split_whitespace()));
        let needs = run(Command::new("readelf").arg("-d").arg(&program));
        assert_eq!(needs.contains("[libsqrtspace.so.0]"), kind == "shared", "{kind}: {needs}");
        assert_eq!(run(Command::new(&program).env("LD_LIBRARY_PATH", stage.join("usr/lib"))), hello(), "{kind}");
    }
}
