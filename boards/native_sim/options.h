/** The command line of native_sim. */
#ifndef NATIVE_SIM_OPTIONS_H
#define NATIVE_SIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTIONS_ATTRIBUTES_MAX 16

struct options {
    const char *listen; /* tcp:ADDRESS:PORT or unix:PATH; NULL: a pseudo-terminal */
    const char *name;
    const char *attributes[OPTIONS_ATTRIBUTES_MAX]; /* "key=value" */
    uint16_t attribute_count;
    size_t heap; /* bytes */
    uint64_t seed;
    bool seeded; /* random numbers follow from `seed` */
    bool trace;  /* outputs are told on standard output */
};

/** Reads the command line; prints what is wrong with it and exits with 2. --help prints the usage and exits with 0. */
void options_read(struct options *options, int argc, char **argv);

#endif
