#!/bin/bash
# Archives of the commit that is checked out: dist.sh OUT [source|vendor|binary ...] (default: all)
#   OUT/sqrtspace-VERSION.tar.gz                source
#   OUT/sqrtspace-VERSION-vendor.tar.gz         the crates, unpacked over the source for a build without a network
#   OUT/sqrtspace-VERSION-x86_64-linux.tar.gz   what `make install` installs, documents, licenses
# Two folders give the same bytes. docs/guide/releasing.md explains how.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- source vendor binary
cd "$(dirname "$0")/.."
if [ -n "$(git status --porcelain)" ]; then
    echo "dist.sh: commit or stash first: archives hold what is committed" >&2
    exit 1
fi
cargo=${CARGO:-cargo}
name=sqrtspace-$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# pack DIR ARCHIVE: everything in DIR, whose files' owners, modes and times are not those of this machine.
pack() {
    tar --create --format=gnu --sort=name --owner=0 --group=0 --numeric-owner --mode=a+rX,u+w,go-w \
        --mtime="@$SOURCE_DATE_EPOCH" --directory="$1" "$name${3:-}" | gzip --no-name -9 > "$out/$2"
    echo "$out/$2"
}

source_archive() {
    mkdir "$work/source"
    git archive --prefix="$name/" HEAD | tar -x -C "$work/source"
    pack "$work/source" "$name.tar.gz"
}

vendor_archive() {
    local tree="$work/vendor/$name" crate needed
    mkdir -p "$tree/.cargo"
    git archive HEAD | tar -x -C "$work/vendor" --one-top-level=all
    (cd "$work/vendor/all" && "$cargo" vendor --quiet --locked --versioned-dirs vendor)
    printf '[source.%s]\n%s\n\n' crates-io 'replace-with = "vendor"' vendor 'directory = "vendor"' > "$tree/.cargo/config.toml"
    mv "$work/vendor/all/vendor" "$tree/"
    # cargo wants to see each crate of Cargo.lock. Of those for other systems only the manifest is kept: they are most of the bytes.
    needed=$("$cargo" tree --locked --workspace --all-features --edges all --target x86_64-unknown-linux-gnu --prefix none \
        --format '{p}' | awk '{ print $1 "-" substr($2, 2) }' | sort -u)
    for crate in "$tree"/vendor/*; do
        ! grep -qxF "${crate##*/}" <<< "$needed" || continue
        find "$crate" -type f ! -path "$crate/Cargo.toml" ! -path "$crate/.cargo-checksum.json" -delete
        find "$crate" -type d -empty -delete
        sed -i 's/"files":{[^}]*}/"files":{}/' "$crate/.cargo-checksum.json"
        mkdir -p "$crate/src" && : > "$crate/src/lib.rs"
    done
    pack "$work/vendor" "$name-vendor.tar.gz"
}

binary_archive() {
    local target home sysroot installed="$work/installed" tree="$work/binary/$name-x86_64-linux" path
    target=$(mkdir -p "${CARGO_TARGET_DIR:-target}/archives" && cd "${CARGO_TARGET_DIR:-target}/archives" && pwd)
    home=${CARGO_HOME:-$HOME/.cargo}
    sysroot=$("${RUSTC:-rustc}" --print sysroot)
    # Messages of panics have paths of sources. The last prefix that matches counts.
    RUSTFLAGS="--remap-path-prefix=$home=/cargo --remap-path-prefix=$sysroot/lib/rustlib/src/rust=/rustc \
        --remap-path-prefix=$PWD=/sqrtspace --remap-path-prefix=$target=/target" \
        CARGO_TARGET_DIR=$target make --no-print-directory install install-bin \
        CARGO="$cargo" PROFILE="${PROFILE:-dist}" PREFIX=/usr/local DESTDIR="$installed"
    mkdir -p "$tree" && mv "$installed/usr/local"/* "$tree/"
    mkdir -p "$tree/share/doc/sqrtspace"
    git archive HEAD docs README.md CHANGELOG.md LICENSE | tar -x -C "$tree/share/doc/sqrtspace"
    packaging/third_party.py > "$tree/share/doc/sqrtspace/third-party.txt"
    # The notices of the standard library, which comes with the compiler.
    cp "$sysroot/share/doc/rust/COPYRIGHT-library.html" "$tree/share/doc/sqrtspace/"
    for path in "$target" "$PWD" "$home" "$sysroot" "$work"; do
        if grep -rlF -- "$path" "$tree"; then
            echo "dist.sh: these files contain the path $path" >&2
            exit 1
        fi
    done
    pack "$work/binary" "$name-x86_64-linux.tar.gz" -x86_64-linux
}

for archive; do "${archive}_archive"; done
