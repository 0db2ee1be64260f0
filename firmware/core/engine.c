#include "engine.h"

#include <string.h>

extern const kp_engine kp_engine_wasm3;

static const kp_engine *const engines[] = {&kp_engine_wasm3};

const kp_engine *kp_engine_for(const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        if (count >= sizeof engines[i]->magic && memcmp(bytes, engines[i]->magic, sizeof engines[i]->magic) == 0)
            return engines[i];
    return NULL;
}

int kp_engines_begin(const kp_config *config) {
    int error = 0;
    for (size_t i = 0; i < sizeof engines / sizeof *engines && error == 0; i++)
        error = engines[i]->begin(config);
    return error;
}
