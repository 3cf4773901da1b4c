#!/bin/bash
# Builds the Debian packages, checks them with lintian, installs them in a new Debian 12 and uses them there. On Debian 12 as
# root. `ci/deb.sh DIR` takes the packages in DIR instead of building them.
set -euo pipefail
cd "$(dirname "$0")/.."
export DEBIAN_FRONTEND=noninteractive
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
apt-get update -q
apt-get install -qy --no-install-recommends -o DPkg::Lock::Timeout=600 cargo-web rustc-web debhelper dpkg-dev gcc libc6-dev make \
    python3 git lintian debootstrap
packages=${1:-$work/packages}
[ $# -gt 0 ] || packaging/deb.sh "$packages"
lintian --allow-root --fail-on error,warning --info "$packages"/sqrtspace_*.changes

# The mirror of this machine.
mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
root=$work/root
debootstrap --variant=minbase bookworm "$root" "${mirror:-http://deb.debian.org/debian}" > "$work/debootstrap" 2>&1 \
    || { cat "$work/debootstrap" >&2; exit 1; }
cp "$packages"/*.deb "$root/tmp/"
cp -r Cargo.toml ci c-examples "$root/tmp/"

inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "$@"; }
# apt installs what they depend on.
inside sh -c 'apt-get update -q && apt-get install -qy --no-install-recommends /tmp/*.deb gcc libc6-dev pkg-config man-db' \
    > "$work/apt" 2>&1 || { cat "$work/apt" >&2; exit 1; }
inside /tmp/ci/command.sh /usr
inside man -w sqrtspace sqrtspace-demo-audio
inside sh -ec '
    cd /tmp
    gcc -std=c99 c-examples/01_hello.c $(pkg-config --cflags --libs sqrtspace) -o shared
    ldd shared | grep -q "libsqrtspace.so.0 => /lib/"
    ./shared | diff - c-examples/expected/01_hello.txt
    static=$(pkg-config --static --cflags --libs sqrtspace | sed "s/-lsqrtspace/-l:libsqrtspace.a/")
    gcc -std=c99 c-examples/01_hello.c $static -o static
    if ldd static | grep sqrtspace; then exit 1; fi
    ./static | diff - c-examples/expected/01_hello.txt
'
# Nothing is left when they are removed, and the program that needs the library does not run.
inside apt-get purge -qy sqrtspace libsqrtspace-dev libsqrtspace0 > "$work/apt" 2>&1
left=$(find "$root/usr" -name '*sqrtspace*')
[ -z "$left" ] || { echo "deb.sh: files that remain after removal: $left" >&2; exit 1; }
! inside /tmp/shared > "$work/removed" 2>&1 || { echo "deb.sh: runs without the library" >&2; exit 1; }
echo "deb.sh: built, lintian, installed, used and removed"
