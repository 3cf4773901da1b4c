#!/bin/bash
# libsqrtspace.a for musl on x86-64, and every C test and example linked to it by musl-gcc, static, and run:
# musl.sh LIBRARY. Debian 12: apt-get install rustc-web cargo-web rust-web-src musl-tools libunwind-14-dev
# std is built from Debian's sources. The archive contains LLVM's libunwind: gcc's refers to a function of glibc.
set -euo pipefail
cd "$(dirname "$0")/.."
library=$1
unwind=/usr/lib/llvm-14/lib/libunwind.a
for needed in /usr/bin/cargo /usr/lib/rustlib/src/rust/library/std "$unwind" /usr/bin/musl-gcc; do
    [ -e "$needed" ] || { echo "musl: no $needed; the packages are named in ci/musl.sh" >&2; exit 1; }
done
target=x86_64-unknown-linux-musl
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}-musl RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
/usr/bin/cargo rustc --locked --release --lib --crate-type staticlib -Zbuild-std --target "$target"

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
musl-gcc -O2 -c ci/musl/fprintf_chk.c -o "$out/fprintf_chk.o"
mkdir -p "$(dirname "$library")"
ar -M <<END
create $library
addlib $CARGO_TARGET_DIR/$target/release/libsqrtspace.a
addlib $unwind
addmod $out/fprintf_chk.o
save
end
END

# For the test of threads that cannot be had: where it lowers the limit of memory, musl's malloc gets none either.
export SQS_VALGRIND=1
passed=0
for source in ctests/*.c c-examples/*.c; do
    name=$(basename "$source" .c)
    # Those that count calls of malloc do so through functions of glibc.
    ! grep -q __libc_malloc "$source" || continue
    musl-gcc -std=c99 -O2 -ffp-contract=off -static -Wl,--eh-frame-hdr,--gc-sections -Iinclude "$source" "$library" \
        -o "$out/$name"
    (cd "$out" && "./$name") > "$out/log" || { cat "$out/log"; echo "musl: $name failed"; exit 1; }
    expected=c-examples/expected/$name.txt
    [ ! -e "$expected" ] || diff "$expected" "$out/log" || { echo "musl: $name printed something else"; exit 1; }
    passed=$((passed + 1))
done
echo "musl: $passed C programs passed"
