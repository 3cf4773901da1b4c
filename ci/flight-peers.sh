#!/bin/bash
# The sources that `make bench-flight` compares with, asked for and not installed: `ci/flight-peers.sh DIR`. KissFFT comes from
# Debian's source package, libaec from the crate that carries its release 1.1.4. Nothing is fetched where they are.
set -euo pipefail
dir=$(mkdir -p "$1" && realpath "$1")
if [ ! -e "$dir/kissfft/kiss_fftr.c" ]; then
    # Lists of their own: the machine's stay as they are.
    lists=$(mktemp -d) && mkdir -p "$lists/lists/partial"
    trap 'rm -rf "$lists"' EXIT
    mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
    printf 'Types: deb-src\nURIs: %s\nSuites: bookworm\nComponents: main\nSigned-By: %s\n' \
        "${mirror:-http://deb.debian.org/debian}" /usr/share/keyrings/debian-archive-keyring.gpg > "$lists/src.sources"
    options=(-q -o "Dir::Etc::SourceList=$lists/src.sources" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$lists/lists"
        -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update
    (cd "$lists" && apt-get "${options[@]}" source --download-only kissfft)
    mkdir -p "$dir/kissfft"
    tar xzf "$lists"/kissfft_*.orig.tar.gz -C "$dir/kissfft" --strip 1
fi
if [ ! -e "$dir/libaec/src/encode.c" ]; then
    cargo info --quiet libaec-sys@0.1.3 > /dev/null
    crate=$(find "${CARGO_HOME:-$HOME/.cargo}/registry/cache" -name libaec-sys-0.1.3.crate | head -n 1)
    mkdir -p "$dir/libaec"
    tar xzf "$crate" -C "$dir/libaec" --strip 2 --wildcards '*/libaec-1.1.4/src/*' '*/libaec-1.1.4/include/*'
    # What its CMake makes of the templates.
    sed -e 's/@PROJECT_VERSION_MAJOR@/1/g; s/@PROJECT_VERSION_MINOR@/1/g; s/@PROJECT_VERSION_PATCH@/4/g' \
        "$dir/libaec/include/libaec.h.in" > "$dir/libaec/include/libaec.h"
    cat > "$dir/libaec/include/config.h" <<'CONFIG'
#define HAVE_DECL___BUILTIN_CLZLL 1
#define HAVE_SNPRINTF 1
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define WORDS_BIGENDIAN 1
#endif
CONFIG
fi
echo "flight peers: $dir"
