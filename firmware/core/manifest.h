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

/** One action; the function of action k is export k. */
typedef struct kp_action {
    uint32_t inputs, outputs; /* masks of ports */
    uint16_t guard;           /* 0 none, 1 + 2 g: global g, 2 + 2 f: function f */
    uint8_t every;            /* 0 not timed, 1 + g */
    bool handler;             /* of exceptional tokens */
} kp_action;

/** Where things are in a manifest. A reader of an array that the manifest leaves out is empty. */
typedef struct kp_manifest {
    const uint8_t *name;                                                   /* UTF-8, name_count bytes */
    kp_cbor_reader inport_list, outport_list, globals, actions, arguments; /* behind the heads of the arrays */
    uint32_t memory;                                                       /* bytes of linear memory */
    uint32_t slots;                                                        /* static stack need in words, 0 not known */
    uint32_t fuel;                                                         /* worst-case fuel, 0 not known */
    uint16_t name_count;
    uint8_t inports, outports, action_count, argument_count, global_count;
    uint8_t init, construct, start, collect, stop; /* 1 + export index, 0 none */
} kp_manifest;

/**
 * Finds and reads the manifest in a module's bytes. KP_E_MODULE when there is none or it is not as the ABI says,
 * KP_E_ABI with the version in `detail`.
 */
int kp_manifest_read(const uint8_t *module, size_t count, kp_manifest *manifest, uint32_t *detail);

/**
 * The types of all inports, all outports and all mutable globals, one byte each, to `types` (inports + outports +
 * global_count bytes). KP_E_MODULE.
 */
int kp_manifest_types(const kp_manifest *manifest, kp_type *types);

/** The actions to `actions` (action_count of them). KP_E_MODULE. */
int kp_manifest_actions(const kp_manifest *manifest, kp_action *actions);

/** One argument of an actor. */
typedef struct kp_argument {
    bool direct;   /* the value goes to mutable global `global`, else through construct */
    bool required; /* must be given */
    uint8_t global;
    kp_type type;
    const uint8_t *value; /* its default; NULL: none, or the global's initial value */
    size_t value_count;
} kp_argument;

/** Takes the next argument from a copy of manifest->arguments; `types` are those of kp_manifest_types(). KP_E_MODULE.
 */
int kp_manifest_argument(const kp_manifest *manifest, const kp_type *types, kp_cbor_reader *reader,
                         kp_argument *argument);

#endif
