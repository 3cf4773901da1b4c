/* Our library and another one written in Rust in the same program, each with its own std: both work, and a panic of each
 * is caught where it belongs. */
#define _GNU_SOURCE
#include "sqrtspace.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifdef SECOND
int second_sum(int n);
int second_catches(void);
#else
static int second_sum(int n) { return n * (n - 1) / 2; }
static int second_catches(void) { return 1; }
#endif

static int no_clock;

/* Takes the place of the C library's. Rust's std panics where the clock fails. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (no_clock) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_clock_gettime, clock, now);
}

static int encode(void)
{
    sqs_encode_options options;
    sqs_error error = { 0 };
    sqs_encode_options_init(&options, sizeof options);
    options.dtype = SQS_I16;
    error.struct_size = sizeof error;
    sqs_status status = sqs_encode_file("two.in", "two.out", &options, NULL, &error);
    if (status != SQS_OK) printf("%s\n", error.text);
    return status;
}

int main(void)
{
    FILE *f = fopen("two.in", "wb");
    if (!f || fwrite("0123456789abcdef", 16, 1, f) != 1 || fclose(f)) return 1;
    if (encode() != SQS_OK) return 2;
    no_clock = 1;
    if (encode() != SQS_ERR_INTERNAL) return 3;
    no_clock = 0;
    if (second_sum(100) != 4950 || !second_catches()) return 4;
    if (encode() != SQS_OK || strcmp(sqs_version(), VERSION) != 0) return 5;
    puts("both");
    return 0;
}
