/* Saving and restoring: docs/module-abi.md, section 7. Written once, above what every engine offers. */
#include "actor.h"

#include <string.h>

static uint32_t globals_bytes(const kp_module *module) {
    uint32_t bytes = 0;
    for (unsigned i = 0; i < module->global_count; i++)
        bytes += module->engine->global_words(module->code, i) * 4;
    return bytes;
}

static uint32_t memory_used(const kp_instance *instance) {
    uint32_t used = instance->memory_bytes;
    while (used > 0 && instance->memory[used - 1] == 0)
        used--;
    return used;
}

uint32_t kp_state_size(const kp_actor *actor) {
    return globals_bytes(actor->module) + memory_used(actor->instance);
}

/** The part of a piece of `size` bytes at `at` that a window of `count` bytes from `offset` covers. */
typedef struct overlap {
    uint32_t in_piece, in_window, count;
} overlap;

static overlap overlap_of(uint32_t at, uint32_t size, uint32_t offset, size_t count) {
    uint32_t start = at > offset ? at : offset;
    uint64_t end = (uint64_t)offset + count;
    end = end < (uint64_t)at + size ? end : (uint64_t)at + size;
    if (end <= start)
        return (overlap){0, 0, 0};
    return (overlap){start - at, start - offset, (uint32_t)(end - start)};
}

size_t kp_state_save(const kp_actor *actor, uint32_t offset, uint8_t *bytes, size_t room) {
    const kp_module *module = actor->module;
    uint32_t at = 0;
    size_t saved = 0;
    for (unsigned i = 0; i < module->global_count; i++) {
        uint32_t words[2];
        uint32_t size = module->engine->global_words(module->code, i) * 4;
        overlap part = overlap_of(at, size, offset, room);
        at += size;
        if (part.count == 0)
            continue;
        module->engine->global_get(actor->instance, i, words);
        memcpy(bytes + part.in_window, (const uint8_t *)words + part.in_piece, part.count);
        saved += part.count;
    }
    overlap part = overlap_of(at, memory_used(actor->instance), offset, room);
    if (part.count)
        memcpy(bytes + part.in_window, actor->instance->memory + part.in_piece, part.count);
    return saved + part.count;
}

static void restore_page(kp_actor *actor, uint32_t offset, const uint8_t *bytes, size_t count) {
    const kp_module *module = actor->module;
    uint32_t at = 0;
    for (unsigned i = 0; i < module->global_count; i++) {
        uint32_t words[2];
        uint32_t size = module->engine->global_words(module->code, i) * 4;
        overlap part = overlap_of(at, size, offset, count);
        at += size;
        if (part.count == 0)
            continue;
        module->engine->global_get(actor->instance, i, words);
        memcpy((uint8_t *)words + part.in_piece, bytes + part.in_window, part.count);
        module->engine->global_set(actor->instance, i, words);
    }
    overlap part = overlap_of(at, actor->instance->memory_bytes, offset, count);
    if (part.count)
        memcpy(actor->instance->memory + part.in_piece, bytes + part.in_window, part.count);
}

/* The restore under way. Another actor's may begin before it is complete; this one's then has to begin anew. */
static struct {
    uint16_t actor;
    uint32_t total, have;
} restore;

int kp_state_restore(kp_actor *actor, uint32_t total, uint32_t offset, const uint8_t *bytes, size_t count) {
    uint32_t globals = globals_bytes(actor->module);
    if (actor->status != KP_HELD)
        return KP_E_STATE;
    if (total < globals || offset > total || count > total - offset)
        return KP_E_MALFORMED;
    if (total - globals > actor->instance->memory_bytes)
        return KP_E_MEMORY;
    if (offset == 0) {
        restore.actor = actor->id;
        restore.total = total;
        restore.have = 0;
        actor->restoring = true;
    }
    if (!actor->restoring || restore.actor != actor->id || restore.total != total || restore.have != offset)
        return KP_E_STATE;
    restore_page(actor, offset, bytes, count);
    restore.have = offset + (uint32_t)count;
    if (restore.have < total)
        return 0;
    uint32_t used = total - globals;
    if (actor->instance->memory_bytes)
        memset(actor->instance->memory + used, 0, actor->instance->memory_bytes - used);
    actor->restoring = false;
    actor->started = true;
    return 0;
}
