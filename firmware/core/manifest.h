/** The manifest of a module (docs/module-abi.md, section 2), read in place: names and defaults are pointers into the
 * module. */
#ifndef KP_MANIFEST_H
#define KP_MANIFEST_H

#include "cbor.h"
#include "token.h"

#define KP_ABI_VERSION   1U
#define KP_PORTS_MAX     32U
#define KP_ACTIONS_MAX   32U
#define KP_GLOBALS_MAX   64U
#define KP_ARGUMENTS_MAX 32U
#define KP_MODULE_MAX    32768U

/** One action; functions are export indices in order, so action k's function is found by `function`. */
typedef struct kp_action {
    uint32_t inputs, outputs; /* masks of ports */
    uint8_t guard;            /* 0 none, 1 + 2 g: global g, 2 + 2 f: function f */
    uint8_t every;            /* 0 not timed, 1 + g */
} kp_action;

/** Where things are in a manifest; offsets are from the start of the module's bytes. */
typedef struct kp_manifest {
    const uint8_t *name;      /* UTF-8, name_count bytes */
    kp_cbor_reader ports;     /* at the array of inports; that of the outports follows */
    kp_cbor_reader actions;   /* at the array of actions */
    kp_cbor_reader globals;   /* at the array of globals */
    kp_cbor_reader arguments; /* at the array of arguments */
    uint32_t memory;          /* bytes of linear memory */
    uint32_t slots;           /* static stack need in words, 0 not known */
    uint32_t fuel;            /* worst-case fuel, 0 not known */
    uint16_t name_count;
    uint8_t inports, outports, action_count, argument_count, global_count;
    uint8_t init, construct, start, collect; /* 1 + export index, 0 none */
} kp_manifest;

/**
 * Finds and reads the manifest in a module's bytes. KP_E_MODULE when there is none or it is not as the ABI says,
 * KP_E_ABI with the version in `detail`.
 */
int kp_manifest_read(const uint8_t *module, size_t count, kp_manifest *manifest, uint32_t *detail);

/** The types of all inports and then all outports, one byte each, to `types` (inports + outports bytes). */
int kp_manifest_ports(const kp_manifest *manifest, kp_type *types);

/** The actions to `actions` (action_count of them). */
int kp_manifest_actions(const kp_manifest *manifest, kp_action *actions);

/** The types of the mutable globals to `types` (global_count bytes). */
int kp_manifest_globals(const kp_manifest *manifest, kp_type *types);

#endif
