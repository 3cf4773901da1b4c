/* The one function of glibc that Debian's libunwind.a refers to, for musl. */
#include <stdarg.h>
#include <stdio.h>

int __fprintf_chk(FILE *to, int flag, const char *format, ...);

int __fprintf_chk(FILE *to, int flag, const char *format, ...)
{
    va_list args;
    int n;
    (void)flag;
    va_start(args, format);
    n = vfprintf(to, format, args);
    va_end(args);
    return n;
}
