/**
 * The seam between the runtime and what executes modules.
 *
 * An engine is chosen by the first four bytes of a module. Functions are called by their index in the export section
 * (functions only), with parameters as 32-bit words (64-bit values: two, low word first). Memory and instances belong
 * to the runtime; fuel and traps are those of docs/module-abi.md and not of an engine. Save and restore are written
 * once above this table (state.c).
 */
#ifndef KP_ENGINE_H
#define KP_ENGINE_H

#include "kp_config.h"
#include "kp_error.h"
#include "heap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Most words of parameters of one call: 32 scalar inports of two words each. */
#define KP_SLOTS_MAX 64U

/** A module as an engine has loaded it; what is in it is the engine's. */
typedef struct kp_code kp_code;

typedef struct kp_engine kp_engine;

/**
 * One instance. The runtime allocates engine->instance_bytes() for it and keeps this head; the engine uses the rest.
 * `memory` points to `memory_bytes` zeroed bytes of linear memory (none: 0).
 */
typedef struct kp_instance {
    kp_code *code;
    uint8_t *memory;
    uint32_t memory_bytes;
} kp_instance;

/** What an engine tells about a module after loading it. */
typedef struct kp_code_info {
    uint16_t functions; /* exported functions */
    uint16_t globals;   /* mutable globals */
} kp_code_info;

struct kp_engine {
    uint8_t magic[4];

    /** Once at start, with an empty heap; takes its stack and its budgets from the configuration. 0 or KP_E_MEMORY. */
    int (*begin)(const kp_config *config);

    /**
     * Loads a module; its bytes stay where they are and are used in place. All memory it takes is `owner`'s: the
     * runtime frees it by kp_heap_free_owner(), also after a failure. `memory_bytes` is the manifest's bound of linear
     * memory. 0, KP_E_MEMORY, KP_E_MODULE, or KP_E_CAPABILITY (detail: import number).
     */
    int (*load)(const uint8_t *bytes, size_t count, uint32_t memory_bytes, kp_owner owner, kp_code **code,
                kp_code_info *info, uint32_t *detail);

    /** Before its memory is freed. */
    void (*unload)(kp_code *code);

    /** Bytes of an instance with its linear memory. */
    size_t (*instance_bytes)(const kp_code *code);

    /** Gives an instance (zeroed, instance_bytes long) its start values: memory, globals, data segments. */
    int (*init)(kp_code *code, kp_instance *instance);

    /** Before an instance's memory is freed. */
    void (*drop)(kp_instance *instance);

    /** Words of parameters and results of an exported function; KP_E_MODULE if there is none. For checks at load. */
    int (*signature)(const kp_code *code, unsigned function, unsigned *parameters, unsigned *results);

    /**
     * Calls an exported function. `slots` holds the parameters and takes the result. *fuel is what it may use and comes
     * back as what is left (−1 after a fuel trap). Returns a trap code. What it did to globals is provisional
     * until commit().
     */
    enum kp_trap (*call)(kp_instance *instance, unsigned function, uint32_t *slots, int32_t *fuel);

    /** Makes the globals permanent / puts them back to the last commit. Memory is the caller's business. */
    void (*commit)(kp_instance *instance);
    void (*rollback)(kp_instance *instance);

    /** Mutable global by index, as committed: 4 or 8 bytes at a 4-byte aligned address. set() is a commit. */
    unsigned (*global_words)(const kp_code *code, unsigned global);
    void (*global_get)(const kp_instance *instance, unsigned global, uint32_t *words);
    void (*global_set)(kp_instance *instance, unsigned global, const uint32_t *words);
};

/** The engine for a module's first bytes; NULL if there is none. */
const kp_engine *kp_engine_for(const uint8_t *bytes, size_t count);

/** Begins all engines: 0 or KP_E_MEMORY. */
int kp_engines_begin(const kp_config *config);

/**
 * An import was called, by its ABI number. `slots`: parameters, then from word 0 the result. Pointers are offsets in
 * linear memory, not yet checked. Returns a trap code; the engine unwinds by itself. Written in imports.c.
 */
enum kp_trap kp_engine_import(kp_instance *instance, unsigned number, uint32_t *slots);

#endif
