#!/bin/bash
# Unit tests of sqs_lib, sqs_app and the back end of FM with UT-assert, and their coverage: unit.sh OUT LIBRARY, where run.sh has
# prepared the mission. With gcovr (PyPI) the coverage must reach the limits below.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
out=$(cd "$1" && pwd)
export SQRTSPACE_LIBRARY=$2 SQRTSPACE_INCLUDE=$root/include SQS_FM_BACK_END=$here/../fm/fm_compression_sqs.c
tests=(sqs_lib-ALL sqs_app-ALL fm-sqs)
arch=$out/build-ut/native/default_cpu1
cmake -S "$out/mission/cfe" -B "$out/build-ut" -DMISSION_SOURCE_DIR="$out/mission" -DMISSIONCONFIG=sqs -DSIMULATION=native \
    -DCMAKE_BUILD_TYPE=debug -DCMAKE_INSTALL_PREFIX=/exe -DENABLE_UNIT_TESTS=ON > "$out/configure-ut.log" 2>&1 ||
    { tail -30 "$out/configure-ut.log"; exit 1; }
make -C "$out/build-ut" mission-prebuild > "$out/build-ut.log" 2>&1 || { tail -40 "$out/build-ut.log"; exit 1; }
find "$arch" -name '*.gcda' -delete
for test in "${tests[@]}"; do
    make -C "$arch" "coverage-$test-testrunner" >> "$out/build-ut.log" 2>&1 || { tail -40 "$out/build-ut.log"; exit 1; }
    runner=$(find "$arch" -type f -name "coverage-$test-testrunner")
    (cd "$(dirname "$runner")" && "$runner" > "$out/$test.log" 2>&1) || { grep -aE "\[ *(FAIL|ABRT|TSF|TTF)\]" "$out/$test.log" | head -20; exit 1; }
    grep -a "SUMMARY" "$out/$test.log" | tail -n 1
done
if command -v gcovr > /dev/null; then
    cd "$out" # filters are relative to it
    gcovr --root "$root/integrations/cfs" --object-directory "$arch" --txt-metric branch --print-summary \
        --filter '.*/(sqs_lib|sqs_app|fm)/(fsw/src/)?[a-z_]*sqs[a-z_]*\.c' --fail-under-line 95 --fail-under-branch 95 \
        "$arch/apps" > "$out/coverage.txt"
    tail -n 3 "$out/coverage.txt"
else
    echo "skipped: gcovr is not installed: coverage is not reported"
fi
if command -v cppcheck > /dev/null; then
    cppcheck --quiet --error-exitcode=1 --std=c99 --enable=warning,performance,portability --inline-suppr \
        --suppress=missingInclude -I "$here/../sqs_lib/fsw/inc" -I "$here/../sqs_app/fsw/inc" -I "$here/../sqs_app/fsw/src" \
        "$here"/../{sqs_lib,sqs_app}/fsw/src "$here/../fm"
    echo "cppcheck: clean"
else
    echo "skipped: cppcheck is not installed"
fi
