#!/bin/bash
# Builds the filter of HDF5: `integrations/hdf5/build.sh FOLDER` writes FOLDER/libh5sqrtspace.so. Needs the headers of HDF5
# (libhdf5-dev) and libsqrtspace.a: LIBRARY, by default that of `cargo build --release --lib`, which is built.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p "$1"
if [ -z "${LIBRARY:-}" ]; then
    "${CARGO:-cargo}" build --quiet --release --lib
    LIBRARY=${CARGO_TARGET_DIR:-target}/release/libsqrtspace.a
fi
flags=$(pkg-config --cflags hdf5 2> /dev/null || echo "-I${HDF5_INCLUDE:-/usr/include/hdf5/serial}")
# shellcheck disable=SC2086 # several words
"${CC:-cc}" -std=c11 -O2 -Wall -Wextra -Wconversion -Werror -fPIC -shared -fvisibility=hidden -Iinclude $flags \
    integrations/hdf5/h5z_sqrtspace.c "$LIBRARY" -lpthread -ldl -lm -Wl,--gc-sections -Wl,--exclude-libs,ALL \
    -Wl,-z,defs -o "$1/libh5sqrtspace.so"
