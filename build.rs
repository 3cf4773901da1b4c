//! Gives the shared library its SONAME and a build id, by which debuggers find its debug information.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libsqrtspace.so.0");
        println!("cargo:rustc-cdylib-link-arg=-Wl,--build-id=sha1");
    }
}
