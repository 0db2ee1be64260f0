/**
 * Errors and traps of the constrained runtime.
 *
 * Functions that can fail return 0 (or a count) when all is well and a negative kp_error otherwise. The first thirteen
 * are the statuses of docs/link-protocol.md, section 4, negated: `kp_error_status(error)` is what a REPLY carries.
 */
#ifndef KP_ERROR_H
#define KP_ERROR_H

enum kp_error {
    KP_OK = 0,
    KP_E_MALFORMED = -1,  /* bytes are not what they should be */
    KP_E_UNKNOWN = -2,    /* no such actor, module or connection */
    KP_E_EXISTS = -3,     /* that identity is in use */
    KP_E_HASH = -4,       /* a module's bytes do not have the hash they came under */
    KP_E_MEMORY = -5,     /* the heap is full */
    KP_E_MODULE = -6,     /* not Wasm, not valid, or a limit of the module ABI exceeded */
    KP_E_ABI = -7,        /* another ABI version; detail: the version */
    KP_E_CAPABILITY = -8, /* an import that is not offered; detail: its number */
    KP_E_ARGUMENT = -9,   /* an argument is missing or does not fit; detail: its index */
    KP_E_PORT = -10,      /* no such port, or the inport is taken */
    KP_E_LIMIT = -11,     /* too many actors, connections or modules */
    KP_E_STATE = -12,     /* the actor is not in the state that this needs */
    KP_E_TRAP = -13,      /* init, construct or start trapped; detail: the trap code */
    KP_E_FULL = -14,      /* no room: in a queue, in a caller's buffer */
};

/** The link status (0 … 13) of an error; errors that never leave the runtime count as `malformed`. */
static inline unsigned kp_error_status(int error) {
    return error >= 0 ? 0U : error < KP_E_TRAP ? 1U : (unsigned)-error;
}

/** Trap codes: docs/module-abi.md, section 6. 0: no trap. */
enum kp_trap {
    KP_TRAP_NONE = 0,
    KP_TRAP_FUEL = 1,
    KP_TRAP_STACK = 2,
    KP_TRAP_MEMORY = 3,
    KP_TRAP_UNREACHABLE = 4,
    KP_TRAP_DIVISION = 5,
    KP_TRAP_OVERFLOW = 6,
    KP_TRAP_CONVERSION = 7,
    KP_TRAP_INDIRECT = 8,
    KP_TRAP_TOKEN = 9,
    KP_TRAP_SIZE = 10,
    KP_TRAP_PORT = 11,
    KP_TRAP_CAPABILITY = 12,
    KP_TRAP_EXCEPTION = 13,
};

#endif
