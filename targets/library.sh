#!/bin/bash
# Builds libsqrtspace.a for flight: library.sh TARGET CPU FEATURES TARGET_DIR [OPTIONS of cargo rustc]. For targets without a
# built standard library, core is built from source with the toolchain of Debian's rustc-web.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$1 cpu=$2 features=$3 dir=$4
shift 4
export RUSTC_BOOTSTRAP=1 RUSTC=${FLIGHT_RUSTC:-/usr/bin/rustc} CARGO_TARGET_DIR=$dir
# Only functions about as short as a call are inlined: the compiler's default for small code gives more text and no fewer
# executed instructions. Functions with more than 1 KiB of variables are never inlined: SPARC needs three more
# instructions for each access to a frame of more than 4 KiB.
export RUSTFLAGS="-C target-cpu=$cpu -C llvm-args=-inline-threshold=5 -C llvm-args=-inline-max-stacksize=1024"
"${FLIGHT_CARGO:-/usr/bin/cargo}" rustc --quiet --lib --crate-type staticlib --profile flight --no-default-features \
    --features "$features" -Zbuild-std=core,panic_abort -Zbuild-std-features=compiler-builtins-mem --target "$target" "$@"
