//! Demos, plans and benches of libsqrtspace.
fn main() {}
