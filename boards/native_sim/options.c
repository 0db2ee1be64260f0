#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "native_sim: the Kappa firmware as a process of this machine\n"
    "\n"
    "  --listen tcp:ADDRESS:PORT  where the host reaches it; port 0 takes any that is free\n"
    "  --listen unix:PATH         the same over a socket in the file system\n"
    "  --pty                      the same over a pseudo-terminal\n"
    "  --name NAME                its name; its identity follows from it\n"
    "  --attr KEY=VALUE           an attribute; may be repeated\n"
    "  --heap BYTES               memory for modules, actors and queues (default 262144)\n"
    "  --seed N                   random numbers follow from N\n"
    "  --trace                    print every change of an output\n"
    "\n"
    "The first line on standard output says where it listens: `listening tcp:127.0.0.1:41234`. SIGTERM ends it.\n";

static void refuse(const char *what, const char *argument) {
    fprintf(stderr, "native_sim: %s: %s (--help tells the options)\n", what, argument);
    exit(2);
}

static uint64_t number(const char *text) {
    char *end;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 0);
    if (errno != 0 || end == text || *end != '\0' || *text == '-') {
        refuse("not a number", text);
    }
    return value;
}

static void add_attribute(struct options *options, const char *text) {
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        refuse("not KEY=VALUE", text);
    }
    if (options->attribute_count == OPTIONS_ATTRIBUTES_MAX) {
        refuse("too many attributes", text);
    }
    options->attributes[options->attribute_count++] = text;
}

/* Options with a value. */
static void take(struct options *options, const char *option, const char *value) {
    if (strcmp(option, "--listen") == 0) {
        options->listen = value;
    } else if (strcmp(option, "--name") == 0) {
        options->name = value;
    } else if (strcmp(option, "--attr") == 0) {
        add_attribute(options, value);
    } else if (strcmp(option, "--heap") == 0) {
        options->heap = (size_t)number(value) & ~(size_t)7;
    } else if (strcmp(option, "--seed") == 0) {
        options->seed = number(value);
        options->seeded = true;
    } else {
        refuse("unknown option", option);
    }
}

void options_read(struct options *options, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        } else if (strcmp(argv[i], "--pty") == 0) {
            options->listen = NULL;
        } else if (strcmp(argv[i], "--trace") == 0) {
            options->trace = true;
        } else if (i + 1 < argc) {
            take(options, argv[i], argv[i + 1]);
            i++;
        } else {
            refuse("unknown option, or its value is missing", argv[i]);
        }
    }
}
