/*
 * Loaded into emulated programs (LD_PRELOAD): programs for PowerPC that they start run under the emulator too, without a
 * change to the host's kernel. SQS_EMULATOR is its command line; its option -E LD_PRELOAD= has the path of this library.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS = 32, ARGUMENTS = 512, VARIABLES = 1024, MACHINE_AT = 18, POWERPC = 20 };

struct call {
    char line[1024];
    char *args[WORDS + ARGUMENTS];
    char *vars[VARIABLES];
    const char *file;
};

/* The library is for PowerPC: to the emulator itself, and to the host's programs, it must not be named. */
static int without_preload(struct call *c, char *const vars[])
{
    size_t n = 0;
    for (size_t i = 0; vars[i]; i++) {
        if (strncmp(vars[i], "LD_PRELOAD=", 11) == 0) continue;
        if (n + 1 == VARIABLES) return 0;
        c->vars[n++] = vars[i];
    }
    c->vars[n] = NULL;
    return 1;
}

static int is_powerpc(const char *file)
{
    unsigned char head[20] = {0};
    const int f = strchr(file, '/') ? open(file, O_RDONLY | O_CLOEXEC) : -1;
    const ssize_t n = f < 0 ? 0 : read(f, head, sizeof head);
    if (f >= 0) close(f);
    return n == sizeof head && memcmp(head, "\177ELF", 4) == 0 && head[MACHINE_AT] == 0 && head[MACHINE_AT + 1] == POWERPC;
}

static int prepared(struct call *c, const char *file, char *const args[], char *const vars[])
{
    const char *emulator = getenv("SQS_EMULATOR");
    size_t n = 0, i = 0;
    c->file = file;
    if (!without_preload(c, vars)) return 0;
    if (emulator && is_powerpc(file)) {
        if (strlen(emulator) >= sizeof c->line) return 0;
        strcpy(c->line, emulator);
        char *rest; /* Threads start programs at the same time. */
        for (char *word = strtok_r(c->line, " ", &rest); word && n < WORDS - 1;
             word = strtok_r(NULL, " ", &rest)) {
            c->args[n++] = word;
        }
        c->args[n++] = (char *)file;
        c->file = c->args[0];
        i = 1;
    }
    for (; args[i]; i++) {
        if (n + 1 == WORDS + ARGUMENTS) return 0;
        c->args[n++] = args[i];
    }
    c->args[n] = NULL;
    return 1;
}

int execvp(const char *file, char *const args[])
{
    struct call c;
    int (*real)(const char *, char *const[], char *const[]) = dlsym(RTLD_NEXT, "execvpe");
    return prepared(&c, file, args, environ) ? real(c.file, c.args, c.vars) : -1;
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                 char *const args[], char *const vars[])
{
    struct call c;
    int (*real)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[],
                char *const[]) = dlsym(RTLD_NEXT, "posix_spawnp");
    return prepared(&c, file, args, vars) ? real(pid, c.file, actions, attributes, c.args, c.vars) : 7; /* E2BIG */
}
