#!/bin/bash
# Builds the libraries as they are installed: build.sh OUT
#   OUT/libsqrtspace.so.VERSION  stripped; libsqrtspace.so.0 and libsqrtspace.so are links to it
#   OUT/libsqrtspace.a           only sqs_* symbols are global: archive.sh
#   OUT/system-libraries         what a program linked with libsqrtspace.a needs: "-lm -lpthread ..."
#   OUT/debug/.build-id          debug information of the shared library, with DEBUG=1
# PROFILE is a profile of Cargo.toml (default: dist). TARGET and CPU (rustc's names) cross-compile libsqrtspace.a alone; LD,
# OBJCOPY, AR and NM are then the cross tools. A TARGET without an operating system has the profile flight.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/.."
profile=${PROFILE:-dist} target=${TARGET:-} cpu=${CPU:-} cargo=${CARGO:-cargo}
cargo_out=${CARGO_TARGET_DIR:-target}
crates=staticlib
options=()

case $target in
    '')
        crates=staticlib,cdylib
        if [ -n "${DEBUG:-}" ]; then
            variable=CARGO_PROFILE_$(tr a-z- A-Z_ <<< "$profile")
            export "${variable}_DEBUG=line-tables-only" "${variable}_STRIP=none"
        fi
        ;;
    *-none-*) profile=flight cargo_out=$cargo_out/flight ;;
    *)
        # rustup has no std for this target; Debian's rustc has the sources to build it from.
        export RUSTC_BOOTSTRAP=1 RUSTC=${FLIGHT_RUSTC:-/usr/bin/rustc} RUSTFLAGS="-C target-cpu=$cpu"
        cargo=${FLIGHT_CARGO:-/usr/bin/cargo} cargo_out=$cargo_out/cross
        options=(-Zbuild-std --target "$target")
        ;;
esac

if [ "$profile" = flight ]; then
    targets/library.sh "$target" "$cpu" flight,codec "$cargo_out"
    : > "$out/system-libraries"
else
    # cargo repeats the notes of an earlier build when nothing has changed.
    CARGO_TARGET_DIR=$cargo_out "$cargo" rustc --color never --profile "$profile" --lib --crate-type $crates \
        "${options[@]}" -- --print native-static-libs 2>&1 | tee "$out/messages" >&2
    sed -n 's/^note: native-static-libs: //p' "$out/messages" | tail -n 1 > "$out/system-libraries"
    [ -s "$out/system-libraries" ] || { echo "build.sh: rustc printed no native-static-libs" >&2; exit 1; }
fi

# cargo's directory of profile dev is debug.
built=$cargo_out${target:+/$target}/${profile/#dev/debug}
packaging/archive.sh "$built/libsqrtspace.a" "$out/libsqrtspace.a"
[ -z "$target" ] || exit 0

objcopy=${OBJCOPY:-objcopy}
shared=libsqrtspace.so.$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
"$objcopy" --strip-all "$built/libsqrtspace.so" "$out/$shared"
ln -sf "$shared" "$out/libsqrtspace.so.0"
ln -sf libsqrtspace.so.0 "$out/libsqrtspace.so"
rm -rf "$out/debug"
if [ -n "${DEBUG:-}" ]; then
    id=$(readelf --notes "$out/$shared" | sed -n 's/^ *Build ID: //p')
    mkdir -p "$out/debug/.build-id/${id:0:2}"
    "$objcopy" --only-keep-debug --compress-debug-sections "$built/libsqrtspace.so" "$out/debug/.build-id/${id:0:2}/${id:2}.debug"
fi
