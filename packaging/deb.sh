#!/bin/bash
# Debian packages of the commit that is checked out: deb.sh OUT
# Built on Debian 12 by dpkg-buildpackage from the source archive and the vendored crates, without a network.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/.."
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
packaging/dist.sh "$out" source vendor
# The same folder each time: its name is part of what a build records.
tree=$out/sqrtspace-$version
rm -rf "$tree"
for archive in "sqrtspace-$version" "sqrtspace-$version-vendor"; do tar -xzf "$out/$archive.tar.gz" -C "$out"; done
cp -r packaging/debian "$tree/debian"
cat > "$tree/debian/changelog" <<CHANGELOG
sqrtspace ($version) bookworm; urgency=medium

  * Release $version.

 -- $(sed -n 's/^Maintainer: //p' packaging/debian/control)  $(git log -1 --format=%cD)
CHANGELOG
(cd "$tree" && dpkg-buildpackage --unsigned-source --unsigned-changes --build=binary)
rm -rf "$tree"
ls "$out"/*.deb
