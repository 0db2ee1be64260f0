/** Checks for the host tests: a failed one says where and ends the process. */
#ifndef KP_TEST_CHECK_H
#define KP_TEST_CHECK_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s: failed: %s\n", __FILE__, __LINE__, __func__, #condition);                      \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

#define CHECK_EQUAL(actual, expected)                                                                                  \
    do {                                                                                                               \
        const int64_t actual_ = (int64_t)(actual), expected_ = (int64_t)(expected);                                    \
        if (actual_ != expected_) {                                                                                    \
            fprintf(stderr, "%s:%d: %s: %s is %" PRId64 ", not %" PRId64 "\n", __FILE__, __LINE__, __func__, #actual,  \
                    actual_, expected_);                                                                               \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

#define CHECK_BYTES(actual, expected, count) CHECK(memcmp((actual), (expected), (count)) == 0)

/* Runs a test function and names it. */
#define RUN(test)                                                                                                      \
    do {                                                                                                               \
        test();                                                                                                        \
        printf("  ok %s\n", #test);                                                                                    \
    } while (0)

#endif
