/** The module store: bytes that arrive in chunks, are checked against their hash, loaded once and shared by all
 * instances. */
#ifndef KP_MODULE_H
#define KP_MODULE_H

#include "engine.h"
#include "manifest.h"

/** Bytes of a module's identity: the first of SHA-256 over its bytes. */
#define KP_HASH_BYTES 16U

typedef struct kp_module kp_module;
struct kp_module {
    kp_module *next;
    const uint8_t *bytes; /* `total` of them, in flash or in the heap */
    const kp_engine *engine;
    kp_code *code;
    kp_action *actions;   /* in order of priority */
    kp_type *types;       /* inports, outports, then mutable globals */
    uint32_t total, have; /* complete when equal */
    uint32_t memory;      /* bytes of linear memory an instance */
    uint32_t guards;      /* mask of the actions that have one or are timed */
    uint16_t instances;   /* actors of this module */
    kp_owner owner;
    uint8_t inports, outports, action_count, global_count;
    uint8_t timed;                                 /* actions that are timed */
    uint8_t init, construct, start, collect, stop; /* 1 + export index, 0 none */
    uint8_t hash[KP_HASH_BYTES];
};

/**
 * Writes a chunk of a module; returns how many bytes there are from the start (`total` when it is known already): in
 * flash, whole units of programming. A chunk at another offset changes nothing. The last one checks the hash, the
 * manifest and the code and loads it. KP_E_MODULE, KP_E_MEMORY, KP_E_LIMIT, KP_E_HASH, KP_E_ABI, KP_E_CAPABILITY,
 * KP_E_MALFORMED; after an error with the last chunk the module is gone. `detail` as in docs/link-protocol.md.
 */
int32_t kp_module_write(const uint8_t hash[KP_HASH_BYTES], uint32_t total, uint32_t offset, const uint8_t *bytes,
                        size_t count, uint32_t *detail);

/** A complete module, or NULL. */
kp_module *kp_module_find(const uint8_t hash[KP_HASH_BYTES]);

/** Removes a module, complete or not. KP_E_UNKNOWN, KP_E_STATE when it has actors. */
int kp_module_evict(const uint8_t hash[KP_HASH_BYTES]);

/** First module of the store (then ->next), complete or not; NULL when it is empty. */
kp_module *kp_module_first(void);

/** Forgets all; the heap has been begun anew. */
void kp_module_reset(void);

#endif
