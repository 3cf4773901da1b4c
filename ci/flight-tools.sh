#!/bin/bash
# The cross tools of `make test-ppc` and `make test-leon`, on Debian 12 as root: compilers and C libraries for PowerPC and
# SPARC, QEMU 10 from backports (7.2 stops at an instruction of glibc's under `-cpu 750`), and a rustc with its sources, for
# these targets have no built core or std. Quick, and without the network, when everything is installed.
# `ci/flight-tools.sh --check` installs nothing: it prints what is missing and fails.
set -euo pipefail
stable=(rustc-web cargo-web rust-web-src gcc libc6-dev gcc-powerpc-linux-gnu libc6-dev-powerpc-cross
    gcc-multilib-sparc64-linux-gnu)
backports=(qemu-user qemu-system-sparc)
suite=bookworm-backports
list=/etc/apt/sources.list.d/sqrtspace-backports.sources

is_installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

# The names among the arguments that are not installed.
missing() {
    local package
    for package in "$@"; do is_installed "$package" || echo "$package"; done
}

# Backported packages, also where the one installed is older.
missing_backports() {
    local package version
    for package in "${backports[@]}"; do
        version=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null) || version=0
        dpkg --compare-versions "$version" ge 1:10 && is_installed "$package" || echo "$package"
    done
}

mapfile -t want < <(missing "${stable[@]}")
mapfile -t want_new < <(missing_backports)
if [ $((${#want[@]} + ${#want_new[@]})) -eq 0 ]; then
    echo "flight tools: all there"
    exit 0
fi
if [ "${1:-}" = --check ]; then
    echo "flight tools: missing ${want[*]} ${want_new[*]}" >&2
    echo "flight tools: on Debian 12, as root: ci/flight-tools.sh" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ] || ! grep -q '^VERSION_CODENAME=bookworm' /etc/os-release; then
    echo "flight tools: this installs packages of Debian 12 and has to be root there" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
known=$(apt-cache policy)
if [ ${#want_new[@]} -gt 0 ] && [[ $known != *n=$suite* ]]; then
    # The mirror the machine has already.
    mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
    [ -n "$mirror" ] || { echo "flight tools: debian.sources names no mirror" >&2; exit 1; }
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$mirror" \
        "$suite" /usr/share/keyrings/debian-archive-keyring.gpg > "$list"
fi
apt-get update -q
# Another apt may be at work: waited for.
install=(apt-get install -qy --no-install-recommends -o DPkg::Lock::Timeout=600)
[ ${#want[@]} -eq 0 ] || "${install[@]}" "${want[@]}"
[ ${#want_new[@]} -eq 0 ] || "${install[@]}" -t "$suite" "${want_new[@]}"
echo "flight tools: installed ${want[*]} ${want_new[*]}"
