/* A program for a computer without an operating system: linked, not run. targets/leon3/start.S calls the three functions. */
#include "sqrtspace.h"

void quit(int code);
void trap(unsigned type, unsigned pc);

int main(void)
{
    static volatile uint64_t a = 10000000019, b = 10000000033;
    sqs_config config;
    return sqs_config_init(&config, sizeof config) == SQS_OK && b % a == 14 ? 0 : 1; /* % calls libgcc */
}

void quit(int code)
{
    (void)code;
    for (;;) {}
}

void trap(unsigned type, unsigned pc)
{
    (void)type;
    (void)pc;
    for (;;) {}
}
