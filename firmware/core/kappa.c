#include "kappa.h"

const kp_config *kp_config_now;
const kp_hooks *kp_hooks_now;

int kp_init(const kp_config *config, const kp_hooks *hooks) {
    kp_config_now = config;
    kp_hooks_now = hooks;
    kp_heap_init(config->heap, config->heap_bytes);
    kp_module_reset();
    kp_actor_reset();
    kp_scheduler_reset();
    kp_firing_reset();
    int error = kp_engines_begin(config);
    return error == 0 ? kp_imports_begin() : error;
}
