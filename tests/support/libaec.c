/* libaec at the end of a pipe: the peer of tests/codec/ccsds121_libaec.rs.
 * A request is eight words (operation, bits, block, rsi, flags, repeats, bytes in, room out) and the bytes;
 * an answer three (status, CPU nanoseconds, bytes out) and the bytes. Words are of this machine. */
#include <libaec.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(void)
{
    uint64_t q[8];
    while (fread(q, sizeof q, 1, stdin) == 1) {
        unsigned char *in = malloc(q[6] + 16), *out = malloc(q[7] + 16);
        if (!in || !out || (q[6] && fread(in, q[6], 1, stdin) != 1))
            return 1;
        uint64_t a[3] = {0, 0, 0};
        struct timespec t0, t1;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
        for (uint64_t i = 0; i < q[5]; i++) {
            struct aec_stream s = {0};
            s.bits_per_sample = q[1];
            s.block_size = q[2];
            s.rsi = q[3];
            s.flags = q[4];
            s.next_in = in;
            s.avail_in = q[6];
            s.next_out = out;
            s.avail_out = q[7];
            a[0] = (uint64_t)(int64_t)(q[0] ? aec_buffer_decode(&s) : aec_buffer_encode(&s));
            a[2] = s.total_out;
        }
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
        a[1] = (uint64_t)(t1.tv_sec - t0.tv_sec) * 1000000000u + (uint64_t)t1.tv_nsec - (uint64_t)t0.tv_nsec;
        fwrite(a, sizeof a, 1, stdout);
        fwrite(out, 1, a[2], stdout);
        fflush(stdout);
        free(in);
        free(out);
    }
    return 0;
}
