#!/bin/bash
# Installs profile dist and checks what a user gets: the sizes of the libraries and of the quickstart, linked statically.
set -euo pipefail
cd "$(dirname "$0")/.."
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
make install PROFILE=dist DEBUG= PREFIX=/usr LIBDIR= INCLUDEDIR= DESTDIR="$stage"
[ ! -e "$stage/usr/lib/debug" ] || { echo "sizes-host: debug information without DEBUG=1" >&2; exit 1; }
export PKG_CONFIG_LIBDIR=$stage/usr/lib/pkgconfig
read -ra libraries < <(pkg-config --static --libs-only-l sqrtspace | sed s/-lsqrtspace/-l:libsqrtspace.a/)
gcc -std=c99 -O2 -Wl,--gc-sections -s -I "$stage/usr/include" -L "$stage/usr/lib" c-examples/01_hello.c \
    "${libraries[@]}" -o "$stage/hello"
"$stage/hello" | diff c-examples/expected/01_hello.txt -

status=0
check() {
    local bytes
    bytes=$(stat -L -c %s "$2")
    echo "sizes-host: $1: $bytes bytes, at most $3"
    [ "$bytes" -le "$3" ] || status=1
}
check libsqrtspace.so "$stage/usr/lib/libsqrtspace.so" 3300000
check libsqrtspace.a "$stage/usr/lib/libsqrtspace.a" 15000000
check "01_hello with libsqrtspace.a" "$stage/hello" 900000
exit $status
