# Sourced: how to build for PowerPC 750 and run it. Needs the tools of ci/flight-tools.sh.
ci/flight-tools.sh --check > /dev/null || exit 1
target=powerpc-unknown-linux-gnu
# A target directory of its own: cargo would build the host's programs anew for each of the two compilers.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}-cross
mkdir -p "$CARGO_TARGET_DIR"
CARGO_TARGET_DIR=$(realpath "$CARGO_TARGET_DIR")
# Directories of a 64-bit host have positions that only 64 bits hold.
ppc_cc=(powerpc-linux-gnu-gcc -std=c99 -O2 -mcpu=750 -ffp-contract=off -D_FILE_OFFSET_BITS=64 -Iinclude)
"${ppc_cc[@]}" -shared -fPIC ci/ppc/exec.c -o "$CARGO_TARGET_DIR/exec.so" -ldl
# `-mcpu=750` and rustc's target-cpu=750 give code that `-cpu 750` takes; the C library of Debian is a generic one.
export SQS_EMULATOR="qemu-ppc -L /usr/powerpc-linux-gnu -cpu 750 -E LD_PRELOAD=$CARGO_TARGET_DIR/exec.so"
export CARGO_TARGET_POWERPC_UNKNOWN_LINUX_GNU_LINKER=powerpc-linux-gnu-gcc
export CARGO_TARGET_POWERPC_UNKNOWN_LINUX_GNU_RUNNER=$SQS_EMULATOR
export CARGO_TARGET_POWERPC_UNKNOWN_LINUX_GNU_RUSTFLAGS="-C target-cpu=750"
# std has to be built; Debian's rustc has the sources.
export RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc
ppc_cargo() {
    local command=$1
    shift
    /usr/bin/cargo "$command" --locked -Zbuild-std --target "$target" "$@"
}
