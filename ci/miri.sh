#!/bin/bash
# Round trips through the C API and the unit tests of memory, under Miri, which finds undefined behavior of Rust. It needs nightly
# Rust with the components miri and rust-src; without them the script reports that it skips, or fails if SQS_NEED_NIGHTLY is set.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! cargo +nightly miri --version > /dev/null 2>&1; then
    echo "miri: skipped: nightly Rust with Miri is not installed"
    [ -z "${SQS_NEED_NIGHTLY:-}" ]
    exit
fi
target=${CARGO_TARGET_DIR:-target}/miri
# Vector kernels are functions of the processor; Miri runs their portable level. Files and spilled rows are system calls.
miri() {
    MIRIFLAGS=-Zmiri-disable-isolation cargo +nightly miri test --target-dir "$target" --no-default-features \
        --features std,stages,codec "$@"
}
miri --test abi -- round_trips
miri --lib -- mem:: ffi:: --skip spill --skip touched_bytes_are
