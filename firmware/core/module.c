#include "module.h"

#include "flash.h"
#include "kp_config.h"
#include "kappa.h"
#include "sha256.h"

#include <string.h>

static kp_module *modules; /* in order of arrival */

void kp_module_reset(void) {
    modules = NULL;
}

kp_module *kp_module_first(void) {
    return modules;
}

static kp_module *find(const uint8_t hash[KP_HASH_BYTES]) {
    kp_module *module = modules;
    while (module && memcmp(module->hash, hash, KP_HASH_BYTES) != 0)
        module = module->next;
    return module;
}

kp_module *kp_module_find(const uint8_t hash[KP_HASH_BYTES]) {
    kp_module *module = find(hash);
    return module && module->have == module->total ? module : NULL;
}

static void drop(kp_module *module) {
    kp_module **link = &modules;
    while (*link != module)
        link = &(*link)->next;
    *link = module->next;
    if (module->code)
        module->engine->unload(module->code);
    kp_heap_free_owner(module->owner);
}

int kp_module_evict(const uint8_t hash[KP_HASH_BYTES]) {
    kp_module *module = find(hash);
    if (!module)
        return KP_E_UNKNOWN;
    if (module->instances)
        return KP_E_STATE;
    drop(module);
    return 0;
}

/* --- what the manifest says of the code must be true of it --- */

static bool has_signature(const kp_module *module, unsigned function, unsigned parameters, unsigned results) {
    unsigned has_parameters, has_results;
    return module->engine->signature(module->code, function, &has_parameters, &has_results) == 0 &&
           has_parameters == parameters && has_results == results;
}

/** Words of the scalar ports in a mask. */
static unsigned words_of_ports(const kp_type *types, uint32_t mask) {
    unsigned words = 0;
    for (; mask; mask >>= 1, types++)
        if ((mask & 1U) && kp_type_scalar(*types))
            words += kp_type_slots(*types);
    return words;
}

static bool check_action(const kp_module *module, unsigned index) {
    const kp_action *action = &module->actions[index];
    const kp_type *globals = module->types + module->inports + module->outports;
    if (!has_signature(module, index, words_of_ports(module->types, action->inputs), 0))
        return false;
    unsigned guard = (action->guard - 1U) / 2;
    if (action->guard & 1U && (guard >= module->global_count || globals[guard] != KP_TYPE_BOOL))
        return false;
    if (action->guard && !(action->guard & 1U) && !has_signature(module, guard, 0, 1))
        return false;
    return action->every == 0 || kp_type_scalar(globals[action->every - 1]);
}

/** Words of the scalar arguments of construct, or a negative error. */
static int construct_words(const kp_module *module, const kp_manifest *manifest) {
    kp_cbor_reader reader = manifest->arguments;
    unsigned words = 0;
    for (unsigned i = 0; i < manifest->argument_count; i++) {
        kp_argument argument;
        if (kp_manifest_argument(manifest, module->types, &reader, &argument) != 0)
            return KP_E_MODULE;
        if (!argument.direct && module->construct == 0)
            return KP_E_MODULE;
        if (!argument.direct && kp_type_scalar(argument.type))
            words += kp_type_slots(argument.type);
    }
    return words <= KP_SLOTS_MAX ? (int)words : KP_E_MODULE;
}

static bool check_globals(const kp_module *module, const kp_code_info *info) {
    const kp_type *types = module->types + module->inports + module->outports;
    if (info->globals != module->global_count)
        return false;
    for (unsigned i = 0; i < module->global_count; i++)
        if (module->engine->global_words(module->code, i) != kp_type_slots(types[i]))
            return false;
    return true;
}

static int check(const kp_module *module, const kp_manifest *manifest, const kp_code_info *info) {
    int words = construct_words(module, manifest);
    if (words < 0 || !check_globals(module, info))
        return KP_E_MODULE;
    for (unsigned i = 0; i < module->action_count; i++)
        if (!check_action(module, i))
            return KP_E_MODULE;
    bool good = (module->init == 0 || has_signature(module, module->init - 1U, 0, 0)) &&
                (module->construct == 0 || has_signature(module, module->construct - 1U, (unsigned)words, 0)) &&
                (module->start == 0 || has_signature(module, module->start - 1U, 0, 0)) &&
                (module->stop == 0 || has_signature(module, module->stop - 1U, 0, 0)) &&
                (module->collect == 0 || has_signature(module, module->collect - 1U, 0, 0));
    return good ? 0 : KP_E_MODULE;
}

/* --- loading --- */

/** The tables that instances share: actions and types. */
static int read_tables(kp_module *module, const kp_manifest *manifest) {
    module->inports = manifest->inports;
    module->outports = manifest->outports;
    module->action_count = manifest->action_count;
    module->global_count = manifest->global_count;
    module->memory = manifest->memory;
    module->init = manifest->init;
    module->construct = manifest->construct;
    module->start = manifest->start;
    module->stop = manifest->stop;
    module->collect = manifest->collect;
    size_t types = (size_t)module->inports + module->outports + module->global_count;
    module->actions = kp_heap_alloc(module->action_count * sizeof(kp_action) + types, module->owner);
    if (!module->actions)
        return KP_E_MEMORY;
    module->types = (kp_type *)(module->actions + module->action_count);
    int error = kp_manifest_types(manifest, module->types);
    if (error == 0)
        error = kp_manifest_actions(manifest, module->actions);
    for (unsigned i = 0; i < module->action_count; i++)
        module->timed = (uint8_t)(module->timed + (module->actions[i].every != 0));
    return error;
}

/** All bytes are there: checks the hash, reads the manifest, loads the code. */
static int finish(kp_module *module, uint32_t *detail) {
    uint8_t hash[32];
    kp_manifest manifest;
    kp_code_info info;
    kp_sha256 sha;
    kp_sha256_init(&sha);
    kp_sha256_update(&sha, module->bytes, module->total);
    kp_sha256_final(&sha, hash);
    if (memcmp(hash, module->hash, KP_HASH_BYTES) != 0)
        return KP_E_HASH;
    module->engine = kp_engine_for(module->bytes, module->total);
    if (!module->engine)
        return KP_E_MODULE;
    int error = kp_manifest_read(module->bytes, module->total, &manifest, detail);
    if (error == 0)
        error = read_tables(module, &manifest);
    if (error == 0)
        error = module->engine->load(module->bytes, module->total, module->memory, module->owner, &module->code, &info,
                                     detail);
    return error == 0 ? check(module, &manifest, &info) : error;
}

static int create(const uint8_t hash[KP_HASH_BYTES], uint32_t total, kp_module **out) {
    unsigned count = 0;
    kp_module **link = &modules;
    for (; *link; link = &(*link)->next)
        count++;
    if (total == 0 || total > KP_MODULE_MAX)
        return KP_E_MODULE;
    kp_owner owner = count < kp_config_now->modules_max ? kp_owner_take() : 0;
    if (owner == 0)
        return KP_E_LIMIT;
    kp_module *module = kp_heap_alloc(sizeof *module, owner);
    const uint8_t *bytes = module ? kp_flash_take(total) : NULL;
    if (!bytes)
        bytes = kp_heap_alloc(total, owner);
    if (!module || !bytes) {
        kp_heap_free_owner(owner);
        return KP_E_MEMORY;
    }
    module->bytes = bytes;
    module->owner = owner;
    module->total = total;
    memcpy(module->hash, hash, KP_HASH_BYTES);
    *out = *link = module;
    return 0;
}

/** Appends bytes; how many were taken. */
static int32_t write(const kp_module *module, const uint8_t *bytes, size_t count) {
    if (kp_flash_holds(module->bytes))
        return kp_flash_write(module->bytes, module->total, module->have, bytes, count);
    memcpy((uint8_t *)(uintptr_t)module->bytes + module->have, bytes, count);
    return (int32_t)count;
}

int32_t kp_module_write(const uint8_t hash[KP_HASH_BYTES], uint32_t total, uint32_t offset, const uint8_t *bytes,
                        size_t count, uint32_t *detail) {
    kp_module *module = find(hash);
    if (module && module->have == module->total)
        return (int32_t)module->total;
    if (module && module->total != total) {
        drop(module); /* the host has thought better of it */
        module = NULL;
    }
    int error = module ? 0 : create(hash, total, &module);
    if (error != 0) {
        *detail = (uint32_t)kp_heap_free_bytes();
        return error;
    }
    if (offset != module->have || count == 0)
        return (int32_t)module->have;
    if (count > module->total - module->have)
        return KP_E_MALFORMED;
    int32_t written = write(module, bytes, count);
    if (written < 0) {
        drop(module);
        return written;
    }
    module->have += (uint32_t)written;
    if (module->have < module->total)
        return (int32_t)module->have;
    *detail = (uint32_t)kp_heap_free_bytes();
    error = finish(module, detail);
    if (error != 0) {
        drop(module);
        return error;
    }
    return (int32_t)module->total;
}
