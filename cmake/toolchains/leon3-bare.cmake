# Bare LEON3 (GR740, GR712RC): no operating system, no C library. The program brings its start-up code and linker script,
# such as targets/leon3/start.S and link.ld. Tools: ci/flight-tools.sh.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR sparc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_COMPILER sparc64-linux-gnu-gcc)
set(CMAKE_ASM_COMPILER sparc64-linux-gnu-gcc)
set(CMAKE_C_FLAGS_INIT "-m32 -mcpu=leon3 -fno-pic -fno-pie -ffreestanding -msoft-quad-float -fno-stack-protector \
-fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables")
set(CMAKE_ASM_FLAGS_INIT "-m32 -mcpu=leon3 -fno-pic -fno-pie")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-nostdlib -static -no-pie -Wl,--gc-sections,--build-id=none")
# 64-bit division and its like: the library's own are private.
set(CMAKE_C_STANDARD_LIBRARIES_INIT "-lgcc")
set(SQRTSPACE_TARGET sparc-unknown-none-elf)
set(SQRTSPACE_CPU gr740)
set(SQRTSPACE_LINKER "sparc64-linux-gnu-ld -m elf32_sparc")
