#!/bin/bash
# Installs the headers, the libraries, sqrtspace.pc and the CMake package; build.sh has put the libraries into a directory:
# install.sh LIBRARIES. Environment: DESTDIR, PREFIX, LIBDIR, INCLUDEDIR. `install.sh --remove` removes the same files.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${PREFIX:-/usr/local}
libdir=${LIBDIR:-$prefix/lib} includedir=${INCLUDEDIR:-$prefix/include}
lib=${DESTDIR:-}$libdir include=${DESTDIR:-}$includedir
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
package=cmake/sqrtspace

if [ "$1" = --remove ]; then
    rm -f "$include/sqrtspace.h" "$include/sqrtspace.hpp" "$lib"/libsqrtspace.{a,so,so.0,so."$version"} "$lib/pkgconfig/sqrtspace.pc"
    rm -rf "${lib:?}/$package" "${include:?}/sqrtspace"
    exit
fi
libraries=$1

# A file made of its template.
fill() {
    # shellcheck disable=SC2016 # a variable of pkg-config
    local pkg_config_dir='${prefix}'
    sed -e "s|@PREFIX@|$prefix|; s|@LIBDIR@|${libdir/#$prefix/$pkg_config_dir}|" \
        -e "s|@INCLUDEDIR@|${includedir/#$prefix/$pkg_config_dir}|; s|@VERSION@|$version|" \
        -e "s|@INCLUDE@|$(realpath -m --relative-to="$libdir/$package" "$includedir")|" \
        -e "s|@POINTER_BYTES@|$(($(getconf LONG_BIT) / 8))|; s|@LIBS@|$2|" "packaging/$1.in"
}

install -d "$lib/pkgconfig" "$lib/$package" "$include/sqrtspace"
install -m 644 include/sqrtspace.h include/sqrtspace.hpp "$include/"
install -m 644 include/sqrtspace/*.hpp "$include/sqrtspace/"
install -m 644 "$libraries/libsqrtspace.a" "$lib/"
install -m 755 "$libraries/libsqrtspace.so.$version" "$lib/"
ln -sf "libsqrtspace.so.$version" "$lib/libsqrtspace.so.0"
ln -sf libsqrtspace.so.0 "$lib/libsqrtspace.so"
system=$(cat "$libraries/system-libraries")
fill sqrtspace.pc "$system" | install -m 644 /dev/stdin "$lib/pkgconfig/sqrtspace.pc"
for file in sqrtspaceConfig.cmake sqrtspaceConfigVersion.cmake; do
    fill $file "${system// /;}" | install -m 644 /dev/stdin "$lib/$package/$file"
done
if [ -d "$libraries/debug" ]; then
    (cd "$libraries/debug" && find . -type f -exec install -D -m 644 {} "$(realpath -m "${DESTDIR:-}$prefix")/lib/debug/{}" \;)
fi
