#!/bin/bash
# The integrations with cFS inside a real cFE, on this machine and not as root: run.sh CFS LIBRARY OUT.
#
# CFS is a checkout of the cFS bundle with cfe, osal, psp, apps/fm, tools/elf2cfetbl and tools/tblCRCTool; nothing in it is
# changed. LIBRARY is libsqrtspace.a (packaging/archive.sh). OUT receives the mission: links to the checkout, a copy of FM with
# this back end, the build, the log.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cfs=$(realpath "$1") library=$(realpath "$2")
out=$(mkdir -p "$3" && cd "$3" && pwd)
root=$(cd "$here/../../.." && pwd)
for part in cfe osal psp apps/fm tools/elf2cfetbl tools/tblCRCTool; do
    [ -d "$cfs/$part" ] || { echo "run.sh: $cfs has no $part" >&2; exit 1; }
done

mission=$out/mission
rm -rf "$mission"
mkdir -p "$mission/apps" "$mission/libs" "$mission/tools"
for part in cfe osal psp tools/elf2cfetbl tools/tblCRCTool; do ln -s "$cfs/$part" "$mission/$part"; done
cp -R "$here/sqs_defs" "$mission/sqs_defs"
cp "$cfs/cfe/cmake/sample_defs/cfe_perfids.h" "$mission/sqs_defs/"
ln -s "$here/sqs_test" "$mission/apps/sqs_test"
ln -s "$here/../sqs_app" "$mission/apps/sqs_app"
ln -s "$here/../sqs_lib" "$mission/libs/sqs_lib"
printf 'project(CFETOOLS C)\nadd_subdirectory(tblCRCTool)\nadd_subdirectory(elf2cfetbl)\n' > "$mission/tools/CMakeLists.txt"
# FM with the back end in the place of the stub.
cp -RL "$cfs/apps/fm" "$mission/apps/fm"
sed -i "s|fsw/src/fm_compression_none.c|$here/../fm/fm_compression_sqs.c|" "$mission/apps/fm/CMakeLists.txt"
sed -i '/^add_cfe_app(fm /a add_cfe_app_dependency(fm sqs_lib)\ntarget_include_directories(fm PRIVATE fsw/src)' \
    "$mission/apps/fm/CMakeLists.txt"
# Documentation is not built.
: > "$mission/apps/fm/mission_build.cmake"

export SQRTSPACE_LIBRARY=$library SQRTSPACE_INCLUDE=$root/include
cmake -S "$mission/cfe" -B "$out/build" -DMISSION_SOURCE_DIR="$mission" -DMISSIONCONFIG=sqs -DSIMULATION=native \
    -DCMAKE_BUILD_TYPE=debug -DCMAKE_INSTALL_PREFIX=/exe -DENABLE_UNIT_TESTS=OFF > "$out/configure.log" 2>&1 ||
    { tail -30 "$out/configure.log"; exit 1; }
make -C "$out/build" DESTDIR="$out/build" mission-install > "$out/build.log" 2>&1 || { tail -40 "$out/build.log"; exit 1; }
"$here/fly.sh" "$out/build/exe/cpu1" "$out"

# The same with the library and the apps linked into the core, as systems without a dynamic loader do.
static=$out/static
rm -rf "$static"
mkdir -p "$static"
cp -R "$mission" "$static/mission"
sed -i 's/set(cpu1_APPLIST \(.*\))/set(cpu1_APPLIST)\nset(cpu1_STATIC_APPLIST \1)/' "$static/mission/sqs_defs/targets.cmake"
echo 'set(cpu1_STATIC_SYMLIST SQS_LIB_Init,SQS_LIB SQS_APP_Main,SQS_APP FM_AppMain,FM SQS_TEST_Main,SQS_TEST)' \
    >> "$static/mission/sqs_defs/targets.cmake"
cmake -S "$static/mission/cfe" -B "$static/build" -DMISSION_SOURCE_DIR="$static/mission" -DMISSIONCONFIG=sqs -DSIMULATION=native \
    -DCMAKE_BUILD_TYPE=debug -DCMAKE_INSTALL_PREFIX=/exe -DENABLE_UNIT_TESTS=OFF > "$static/configure.log" 2>&1 ||
    { tail -30 "$static/configure.log"; exit 1; }
make -C "$static/build" DESTDIR="$static/build" mission-install > "$static/build.log" 2>&1 || { tail -40 "$static/build.log"; exit 1; }
"$here/fly.sh" "$static/build/exe/cpu1" "$static" static

"$here/unit.sh" "$out" "$library"
