/*
 * Preloaded into cFE: counts allocations by the module that calls, and prints those of the integration at exit. sqs_test
 * allocates once, which shows that calls are seen.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *memory, size_t bytes);

static const char *const modules[] = {"/sqs_lib.so", "/sqs_app.so", "/fm.so", "/sqs_test.so"};
static unsigned long counts[4];

static void count(const void *caller)
{
    Dl_info info;
    if (!dladdr(caller, &info) || !info.dli_fname) return;
    for (int i = 0; i < 4; i++)
        if (strstr(info.dli_fname, modules[i])) __atomic_fetch_add(&counts[i], 1, __ATOMIC_RELAXED);
}

void *malloc(size_t bytes)
{
    count(__builtin_return_address(0));
    return __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes)
{
    count(__builtin_return_address(0));
    return __libc_calloc(n, bytes);
}

void *realloc(void *memory, size_t bytes)
{
    count(__builtin_return_address(0));
    return __libc_realloc(memory, bytes);
}

__attribute__((destructor)) static void report(void)
{
    for (int i = 0; i < 4; i++) fprintf(stderr, "allocations of %s: %lu\n", modules[i] + 1, counts[i]);
}
