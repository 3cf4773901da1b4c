/* A temporary directory, whole files, and a check that no file remains. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include "check.h"
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

static char scratch_dir[] = "/tmp/sqs-test-XXXXXX";

static inline void scratch_begin(void)
{
    CHECK(mkdtemp(scratch_dir) != NULL && chdir(scratch_dir) == 0);
}

/* The number of files. */
static inline int scratch_files(void)
{
    int n = 0;
    DIR *d = opendir(".");
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) n += e->d_name[0] != '.';
    if (d) closedir(d);
    return n;
}

static inline void scratch_end(void)
{
    DIR *d = opendir(".");
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) if (e->d_name[0] != '.') remove(e->d_name);
    if (d) closedir(d);
    CHECK(rmdir(scratch_dir) == 0);
}

static inline size_t load(const char *path, void *to, size_t cap)
{
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(to, 1, cap, f) : 0;
    if (f) fclose(f);
    return n;
}

static inline void save(const char *path, const void *from, size_t n)
{
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(from, 1, n, f) == n);
    if (f) fclose(f);
}

#endif
