#!/bin/bash
# Tests of include/sqrtspace.hpp and the programs of cpp-examples: run.sh LIBRARY, a libsqrtspace.a. Compilers are g++ and, where
# it is installed, clang++ (SQS_NEED_CLANG=1: a missing one is an error), with C++17 and C++20, without exceptions and RTTI, and
# once with both; then g++'s AddressSanitizer and, where it is installed, valgrind.
set -euo pipefail
cd "$(dirname "$0")/.."
library=$(realpath "$1")
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
warnings="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Werror"
libraries="-lgcc_s -lutil -lrt -lpthread -lm -ldl"

compilers=(g++)
if command -v clang++ > /dev/null; then
    compilers+=(clang++)
elif [ -n "${SQS_NEED_CLANG:-}" ]; then
    echo "clang++ is not installed" >&2
    exit 1
else
    echo "skipped: clang++ is not installed"
fi

# run COMPILER STANDARD FLAGS...: builds and runs all programs.
run() {
    local compiler=$1 standard=$2 name
    shift 2
    for name in cpptests/test_*.cpp cpp-examples/*.cpp; do
        # shellcheck disable=SC2086 # several words
        "$compiler" -std="$standard" -g $warnings "$@" -ffp-contract=off -Iinclude "$name" "$library" $libraries -o "$out/program"
        "$out/program" > "$out/printed" || { cat "$out/printed"; echo "$name failed: $compiler $standard $*" >&2; exit 1; }
        case $name in
        cpp-examples/*) diff "$out/printed" "cpp-examples/expected/$(basename "$name" .cpp).txt" ;;
        esac
    done
    echo "$compiler $standard $*: passed"
}

for compiler in "${compilers[@]}"; do
    for standard in c++17 c++20; do
        run "$compiler" $standard -O1 -fno-exceptions -fno-rtti
    done
    run "$compiler" c++17 -O2
done
ASAN_OPTIONS=detect_stack_use_after_return=1 run g++ c++20 -O1 -fno-exceptions -fno-rtti -fsanitize=address,undefined \
    -fno-sanitize-recover=all

# Programs that must not compile, each for its own reason: CASE 0 differs from them in that line alone.
cases=$(sed -n 's/^#define CASES //p' cpptests/refused.cpp)
for compiler in "${compilers[@]}"; do
    for ((i = 0; i <= cases; i++)); do
        # shellcheck disable=SC2086 # several words
        if "$compiler" -std=c++17 $warnings -Wno-error=unused-variable -DCASE="$i" -Iinclude -fsyntax-only cpptests/refused.cpp 2> "$out/messages"; then
            [ "$i" -eq 0 ] || { echo "refused.cpp: $compiler accepts case $i" >&2; exit 1; }
        elif [ "$i" -eq 0 ]; then
            cat "$out/messages"
            exit 1
        fi
    done
    echo "$compiler: $cases programs refused"
done

# The tests call every function of the header through sqrtspace.hpp. Kinds are arguments, which it takes as they are.
gcc -fpreprocessed -E -P include/sqrtspace.h | tr '\n' ' ' | grep -oE '\bsqs_[a-z0-9_]+\(' | tr -d '(' | sort -u |
    grep -v '^sqs_kind_' > "$out/functions"
for name in cpptests/test_*.cpp; do
    g++ -std=c++17 -Iinclude -c "$name" -o "$out/object.o"
    nm -u "$out/object.o"
done | awk '{ print $2 }' | sort -u > "$out/called"
if missing=$(comm -23 "$out/functions" "$out/called" | grep .); then
    echo "sqrtspace.hpp: no test calls" $missing >&2
    exit 1
fi
echo "$(wc -l < "$out/functions") functions of sqrtspace.h called"

if command -v valgrind > /dev/null; then
    for name in cpptests/test_*.cpp cpp-examples/*.cpp; do
        # shellcheck disable=SC2086 # several words
        g++ -std=c++17 -g -Iinclude "$name" "$library" $libraries -o "$out/program"
        valgrind --quiet --error-exitcode=9 --suppressions=ci/valgrind.supp \
            --suppressions=cpptests/valgrind.supp --leak-check=full --errors-for-leak-kinds=all --show-leak-kinds=all \
            "$out/program" > "$out/log" 2>&1 || { cat "$out/log"; echo "valgrind: $name failed" >&2; exit 1; }
    done
    echo "valgrind: no errors, no leaks"
else
    echo "skipped: valgrind is not installed"
fi
