/*
 * 06_checkpoint_resume: a process that is killed at work and resumed, with the same bytes as result.
 *
 * A child process filters a recording into a file of rows and saves a checkpoint every few hundred rows. It is killed
 * three times. Each new process truncates the rows to those covered by the checkpoint, and resumes. Needs POSIX.
 */
#define _POSIX_C_SOURCE 200809L
#include "sqrtspace.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROWS = 5000, HOP = 8, EVERY = 300 };
/*
 * A one-pole low-pass; its state is one double. Windows do not overlap (hop = window), so that it sees each sample once;
 * SQS_STAGE_NEEDS_CONSECUTIVE makes sure of that.
 */
static int32_t low_pass(void *ctx, const sqs_stage_io *io)
{
    double *level = (double *)io->state, *y = (double *)io->out;
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) {
        const int16_t *x = SQS_ROW(int16_t, &io->edges[0], i);
        for (int k = 0; k < HOP; k++) *level += ((double)x[k] - *level) / 64.0;
        y[i] = *level;
    }
    return 0;
}

static int32_t write_all(void *ctx, const void *bytes, size_t n)
{
    return write(*(int *)ctx, bytes, n) == (ssize_t)n ? 0 : 1;
}

/* Syncs the rows first, then replaces the old checkpoint by the one that covers them, in one step. */
static int save(sqs_pipeline *p, int rows)
{
    int fd = open("save.new", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || fsync(rows) || sqs_checkpoint_save(p, write_all, &fd, NULL) || fsync(fd) || close(fd)) return 1;
    return rename("save.new", "save");
}

/* One process: resumes from the checkpoint, if one exists, and is killed when `until` rows are computed. */
static int work(uint64_t until)
{
    static unsigned char file[8192];
    sqs_config config;
    sqs_pipeline *p = NULL;
    sqs_stage_desc desc = {0};
    sqs_edge_desc from = {"input", 0, 0, SQS_BOUNDARY_ZERO, 0};
    sqs_resume resume = {sizeof resume, 0, {0}};
    int16_t x[100]; double y[64];
    size_t accepted, got; uint32_t id = 0;
    uint64_t sample = 0, row = 0, most = 0, done;
    sqs_config_init(&config, sizeof config);
    config.window = config.hop = HOP, config.dtype = SQS_I16;
    config.input_capacity = 256; /* samples that are not yet used are saved as well */
    desc.struct_size = sizeof desc;
    desc.name = "level", desc.run = low_pass;
    desc.edges = &from, desc.edge_count = 1, desc.flags = SQS_STAGE_NEEDS_CONSECUTIVE;
    desc.dtype = SQS_F64, desc.len = 1, desc.state_bytes = desc.state_word = sizeof(double); /* state_word lets machines of any byte order read the file */
    if (sqs_pipeline_new(&config, NULL, &p, NULL) || sqs_stage_register(p, &desc, &id) ||
        sqs_output_open(p, id, 64) || sqs_pipeline_seal(p, NULL, 0, NULL, 0) ||
        sqs_checkpoint_bytes(p, &most) || most > sizeof file) return 2;

    int old = open("save", O_RDONLY);
    if (old >= 0) {
        ssize_t n = read(old, file, sizeof file);
        close(old);
        if (n < 0 || sqs_checkpoint_restore(p, file, (size_t)n, &resume) != SQS_OK) return 3;
        sample = resume.next_sample[0];
        sqs_output_position(p, id, &row, NULL);
    }
    int out = open("rows", O_WRONLY | O_CREAT, 0600);
    if (out < 0 || ftruncate(out, (off_t)(row * sizeof(double))) != 0 || lseek(out, 0, SEEK_END) < 0) return 4;
    while (row < ROWS) {
        for (int i = 0; i < 100; i++) x[i] = (int16_t)(((sample + (uint64_t)i) >> 9) % 7 * 100);
        if (sqs_push(p, 0, x, 100, &accepted) < 0 || sqs_step(p, 20, &done) < 0) return 5;
        sample += accepted;
        if (sqs_pull(p, id, y, row + 64 < ROWS ? 64 : (size_t)(ROWS - row), &got) < 0) return 6;
        if (write_all(&out, y, got * sizeof *y) || ((row + got) / EVERY > row / EVERY && save(p, out))) return 7;
        row += got;
        if (row >= until) raise(SIGKILL);
    }
    return close(out);
}

static uint64_t digest(void)
{
    uint64_t sum = 1469598103934665603u;
    FILE *f = fopen("rows", "rb");
    if (!f) return 0;
    for (int c; (c = fgetc(f)) != EOF;) sum = (sum ^ (uint64_t)c) * 1099511628211u;
    fclose(f);
    return sum;
}

int main(void)
{
    static const uint64_t lives[] = {1000, 2345, 4100, UINT64_MAX, /* and one that is not killed: */ UINT64_MAX};
    char dir[] = "/tmp/sqs06-XXXXXX";
    uint64_t sums[2] = {0, 1};
    if (!mkdtemp(dir) || chdir(dir) != 0) return 1;
    for (int i = 0; i < 5; i++) {
        int how = 0;
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) _exit(work(lives[i]));
        if (waitpid(child, &how, 0) < 0) return 1;
        if (WIFSIGNALED(how)) printf("killed after some %llu rows\n", (unsigned long long)lives[i]);
        else printf("%s: ended with %d\n", i < 4 ? "resumed" : "without a stop", WEXITSTATUS(how));
        if (lives[i] == UINT64_MAX) sums[i / 4] = digest(), remove("rows"), remove("save");
    }
    printf("the same bytes: %s\n", sums[0] == sums[1] ? "yes" : "no");
    return rmdir(dir) != 0 || sums[0] != sums[1];
}
