// Shared by the C++ tests: checks that report their place and continue.
#ifndef CHECK_HPP
#define CHECK_HPP

#include "sqrtspace.hpp"

#include <cstdio>
#include <cstring>

inline int checks, failures;

#define CHECK(cond)                                                  \
    do {                                                             \
        checks++;                                                    \
        if (!(cond)) {                                               \
            failures++;                                              \
            std::printf("%s:%d: %s\n", __FILE__, __LINE__, #cond);   \
        }                                                            \
    } while (0)

#define CHECK_STATUS(call, want)                                                                        \
    do {                                                                                                \
        const sqs::Status got = (call);                                                                 \
        checks++;                                                                                       \
        if (got != sqs::Status(want)) {                                                                 \
            failures++;                                                                                 \
            std::printf("%s:%d: %s is %d, not %s\n", __FILE__, __LINE__, #call, int(got.code()), #want); \
        }                                                                                               \
    } while (0)

inline int done()
{
    std::printf("%d checks, %d failed\n", checks, failures);
    return failures != 0;
}

#endif
