#!/bin/bash
# Builds libsqrtspace.a as it flies: library.sh TARGET CPU FEATURES TARGET_DIR [more of cargo rustc]. For targets without a
# distribution of their own, core is built from source, with the toolchain of Debian's rustc-web.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$1 cpu=$2 features=$3 dir=$4
shift 4
export RUSTC_BOOTSTRAP=1 RUSTC=${FLIGHT_RUSTC:-/usr/bin/rustc} CARGO_TARGET_DIR=$dir
# Compiled into its callers is only what is about as short as a call: the compiler's own measure for small code gives more text
# and no fewer instructions to execute.
export RUSTFLAGS="-C target-cpu=$cpu -C llvm-args=-inline-threshold=5"
"${FLIGHT_CARGO:-/usr/bin/cargo}" rustc --quiet --lib --crate-type staticlib --profile flight --no-default-features \
    --features "$features" -Zbuild-std=core,panic_abort -Zbuild-std-features=compiler-builtins-mem --target "$target" "$@"
