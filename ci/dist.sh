#!/bin/bash
# Archives of two clones, in folders and with target folders of different names, are the same bytes; what is in the binary
# archive works. Two builds in profile dist, or in PROFILE.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umasks=(one:022 another-place:077)
for clone in "${umasks[@]}"; do
    dir=$work/${clone%:*}
    (
        umask "${clone#*:}"
        git clone --quiet . "$dir"
        CARGO_TARGET_DIR="$dir/${clone%:*}-target" "$dir/packaging/dist.sh" "$dir-archives"
    )
    # The second build does not find anything of the first.
    rm -rf "$dir"
done
for archive in "" -vendor -x86_64-linux; do
    cmp "$work/one-archives/sqrtspace-$version$archive.tar.gz" "$work/another-place-archives/sqrtspace-$version$archive.tar.gz"
done

archives=$work/one-archives tree=$work/sqrtspace-$version-x86_64-linux
tar -xzf "$archives/sqrtspace-$version-x86_64-linux.tar.gz" -C "$work"
ci/command.sh "$tree"
for kind in --shared --static; do
    options=$(PKG_CONFIG_PATH=$tree/lib/pkgconfig pkg-config --define-prefix ${kind/--shared/} --cflags --libs sqrtspace)
    [ $kind = --shared ] || options=${options/-lsqrtspace/-l:libsqrtspace.a}
    # shellcheck disable=SC2086
    cc -std=c99 c-examples/01_hello.c $options -o "$work/hello"
    LD_LIBRARY_PATH=$tree/lib "$work/hello" | diff - c-examples/expected/01_hello.txt
done
sha256sum "$archives"/*
echo "dist.sh: the same bytes from two folders"
