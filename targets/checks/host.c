/* The checks on a machine with an operating system. */
#include "checks.h"
#include <stdio.h>

void out_char(char c)
{
    putchar(c);
}

int main(void)
{
    for (const check *c = all_checks; c->name; c++) run_check(c);
    return failures != 0;
}
