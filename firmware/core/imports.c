/* What modules can call: docs/module-abi.md, section 4. Pointers are offsets in the caller's memory and are checked
 * here. */
#include "firing.h"

#include "wasm.h"

#include "kappa.h"
#include "route.h"

enum import {
    SEND_I32 = 1,
    SEND_I64 = 2,
    SEND_F32 = 3,
    SEND_F64 = 4,
    SEND_TEXT = 5,
    SEND_BYTES = 6,
    SEND_ARRAY = 7,
    PASS = 8,
    SIZE = 9,
    READ = 10,
    SEND_END = 11,
    SEND_EXCEPTION = 12,
    KIND = 13,
    TIME = 48,
    RANDOM = 49,
    LOG = 50,
};

/* Keeps what is rare from costing the common path registers. */
#define NOT_INLINED __attribute__((noinline))

static uint8_t *scratch; /* a token being made, of at most token_max bytes */

/* --- the list --- */

const char *kp_import_signature(unsigned number) {
    static const struct {
        uint8_t number;
        char letters[5];
    } signatures[] = {
        {SEND_I32, "ii"},   {SEND_I64, "iI"},    {SEND_F32, "if"},    {SEND_F64, "iF"},
        {SEND_TEXT, "iii"}, {SEND_BYTES, "iii"}, {SEND_ARRAY, "iii"}, {PASS, "ii"},
        {SIZE, "i i"},      {READ, "ii"},        {SEND_END, "i"},     {SEND_EXCEPTION, "iii"},
        {KIND, "i i"},      {32, " f"},          {33, " f"},          {40, "i"},
        {41, "ii"},         {42, "i i"},         {TIME, " I"},        {RANDOM, " i"},
        {LOG, "ii"},
    };
    for (unsigned i = 0; i < sizeof signatures / sizeof *signatures; i++)
        if (signatures[i].number == number)
            return signatures[i].letters;
    return NULL;
}

static const kp_capability *capability_of(unsigned number) {
    for (size_t i = 0; i < kp_port_capability_count; i++)
        if (kp_port_capabilities[i].number == number)
            return &kp_port_capabilities[i];
    return NULL;
}

bool kp_import_offered(unsigned number) {
    return number < 32 || (number >= TIME && number <= LOG) || capability_of(number);
}

size_t kp_capability_numbers(uint8_t *numbers, size_t room) {
    size_t count = 0;
    for (unsigned number = 32; number < 256 && count < room; number++)
        if (kp_import_offered(number))
            numbers[count++] = (uint8_t)number;
    return count;
}

int kp_imports_begin(void) {
    scratch = kp_heap_alloc(kp_config_now->token_max, KP_OWNER_RUNTIME);
    return scratch ? 0 : KP_E_MEMORY;
}

/* --- sending --- */

/** Takes the right to send on an outport; false if the action does not list it or has sent on it already. */
static inline bool claim(uint32_t port, kp_type *type) {
    const kp_module *module = kp_firing_now.actor->module;
    if (port >= 32 || !(kp_firing_now.open >> port & 1U))
        return false;
    kp_firing_now.open &= ~(UINT32_C(1) << port);
    kp_firing_now.sent |= UINT32_C(1) << port;
    *type = module->types[module->inports + port];
    return true;
}

/** The import that sends tokens of a type. */
static unsigned sender_of(kp_type type) {
    static const uint8_t senders[14] = {SEND_BYTES, SEND_I32, SEND_I32, SEND_I32, SEND_I64, SEND_I64,  SEND_F32,
                                        SEND_F64,   SEND_I32, SEND_I32, SEND_I32, SEND_I32, SEND_TEXT, SEND_BYTES};
    return type < sizeof senders ? senders[type] : SEND_ARRAY;
}

/** Stages a token on every connection of an outport, or the one that it routes to. Traps `token` where it goes nowhere.
 */
static enum kp_trap stage(uint32_t port, const uint8_t *token, size_t count) {
    kp_queue *queue = kp_firing_now.actor->outputs[port];
    const bool all =
        !queue || queue->routing == KP_FANOUT || (queue->routing == KP_MAPPED && kp_token_exceptional(token));
    if (!all) {
        queue = queue->routing == KP_MAPPED ? kp_route_mapped(queue, &token, &count) : kp_route_target(queue);
        if (!queue)
            return KP_TRAP_TOKEN;
        kp_queue_stage(queue, token, count);
        return KP_TRAP_NONE;
    }
    for (; queue; queue = queue->next)
        kp_queue_stage(queue, token, count);
    return KP_TRAP_NONE;
}

static NOT_INLINED enum kp_trap stage_scalar(uint32_t port, kp_type type, const uint32_t *value) {
    uint8_t token[KP_SCALAR_MAX];
    const unsigned count = kp_token_put(type, value, token);
    return stage(port, token, count);
}

static inline enum kp_trap send_scalar(unsigned number, uint32_t port, const uint32_t *value) {
    kp_type type;
    if (!claim(port, &type) || sender_of(type) != number)
        return KP_TRAP_PORT;
    kp_queue *queue = kp_firing_now.actor->outputs[port];
    if (!queue || queue->next || queue->type != type)
        return stage_scalar(port, type, value);
    kp_queue_staged(queue, kp_token_put(type, value, kp_queue_slot(queue))); /* the usual case: encoded where it goes */
    return KP_TRAP_NONE;
}

/** Bytes of the caller's memory, NULL if they are not all in it. */
static uint8_t *memory_at(const kp_instance *instance, uint32_t pointer, uint64_t count) {
    return pointer + count <= instance->memory_bytes ? instance->memory + pointer : NULL;
}

/** An encoded token that the actor has made or kept, to an outport of type `any`. */
static enum kp_trap send_encoded(uint32_t port, const uint8_t *token, uint32_t count) {
    if (kp_token_check(KP_TYPE_ANY, token, count) != 0)
        return KP_TRAP_TOKEN;
    if (count > kp_config_now->token_max)
        return KP_TRAP_SIZE;
    return stage(port, token, count);
}

static enum kp_trap send_bulk(const kp_instance *instance, unsigned number, const uint32_t *slots) {
    uint32_t port = slots[0], count = slots[2];
    kp_type type;
    if (!claim(port, &type) || sender_of(type) != number)
        return KP_TRAP_PORT;
    unsigned width = number == SEND_TEXT ? 2U : number == SEND_BYTES ? 1U : kp_type_size(type & 0x0fU);
    const uint8_t *memory = memory_at(instance, slots[1], (uint64_t)count * width);
    if (!memory)
        return KP_TRAP_MEMORY;
    if (type == KP_TYPE_ANY)
        return send_encoded(port, memory, count);
    size_t room = kp_config_now->token_max;
    int size = number == SEND_TEXT    ? kp_token_put_text(memory, count, scratch, room)
               : number == SEND_BYTES ? kp_token_put_bytes(memory, count, scratch, room)
                                      : kp_token_put_array(type & 0x0fU, memory, count, scratch, room);
    if (size < 0)
        return KP_TRAP_SIZE;
    return stage(port, scratch, (size_t)size);
}

static enum kp_trap send_end(uint32_t port) {
    static const uint8_t end = KP_TOKEN_END;
    kp_type type;
    if (!claim(port, &type))
        return KP_TRAP_PORT;
    return stage(port, &end, 1);
}

/** Queues of scalars drop the reason; the others would not, so that one of a scalar outport is dropped here. */
static enum kp_trap send_exception(const kp_instance *instance, uint32_t port, uint32_t pointer, uint32_t units) {
    kp_type type;
    if (!claim(port, &type))
        return KP_TRAP_PORT;
    const uint8_t *memory = memory_at(instance, pointer, (uint64_t)units * 2);
    if (!memory)
        return KP_TRAP_MEMORY;
    scratch[0] = KP_TOKEN_EXCEPTION;
    int size = kp_token_put_text(memory, kp_type_scalar(type) ? 0 : units, scratch + 1, kp_config_now->token_max - 1U);
    if (size < 0)
        return KP_TRAP_SIZE;
    return stage(port, scratch, (size_t)size + 1);
}

/* --- receiving --- */

#define REASON 64U /* on an inport's number: the reason of the exception there */

int kp_input_collected(const kp_queue *queue, const uint8_t **token) {
    *token = scratch;
    return kp_collect_token(queue, scratch, kp_config_now->token_max);
}

/** The token on an inport that this firing consumes; NULL if it does not. */
static const uint8_t *input_token(uint32_t port, size_t *count) {
    if (port >= 32 || !(kp_firing_now.inputs >> port & 1U))
        return NULL;
    const kp_queue *queue = kp_firing_now.actor->inputs[port];
    const uint8_t *token = kp_queue_peek(queue, 0, count);
    if (kp_queue_wraps(queue) && !kp_token_exceptional(token))
        *count = (size_t)kp_input_collected(queue, &token); /* was found good before the firing */
    return token;
}

static enum kp_trap pass(uint32_t outport, uint32_t inport) {
    size_t count;
    kp_type type;
    const uint8_t *token = input_token(inport, &count);
    if (!token || !claim(outport, &type))
        return KP_TRAP_PORT;
    if (type != KP_TYPE_ANY && type != kp_firing_now.actor->module->types[inport])
        return KP_TRAP_PORT;
    for (size_t i = 0; i < count; i++) /* the queue that it lies in may be the one that it goes to */
        scratch[i] = token[i];
    return stage(outport, scratch, count);
}

/** The text, bytes, array or opaque token on an inport or argument. False: there is none to be read. */
static bool readable(uint32_t port, kp_type *type, const uint8_t **token, size_t *count) {
    const kp_module *module = kp_firing_now.actor->module;
    if (port < module->inports) {
        *type = module->types[port];
        *token = input_token(port, count);
    } else {
        const kp_arguments *arguments = kp_firing_now.arguments;
        kp_argument argument;
        port -= module->inports;
        if (!arguments || port >= arguments->manifest.argument_count ||
            kp_arguments_at(arguments, port, &argument) != 0 || argument.direct)
            return false;
        *type = argument.type;
        *token = argument.value;
        *count = argument.value_count;
    }
    return *token && !kp_type_scalar(*type);
}

/** What `size` and `read` take: the token of a port that is read, or the reason of the exception on an inport as a
 * text. */
static bool subject(uint32_t port, kp_type *type, const uint8_t **token, size_t *count) {
    static const uint8_t none = KP_CBOR_EMPTY_TEXT;
    if (port < REASON || port >= 2 * REASON)
        return readable(port, type, token, count);
    *token = input_token(port - REASON, count);
    if (!*token)
        return false;
    const bool exception = **token == KP_TOKEN_EXCEPTION;
    *type = KP_TYPE_TEXT;
    *token = exception ? *token + 1 : &none;
    *count = exception ? *count - 1 : 1;
    return true;
}

/** Bytes of an opaque token, else UTF-16 units, bytes or elements; none of an exceptional token. */
static uint32_t units_of(kp_type type, const uint8_t *token, size_t count) {
    if (type == KP_TYPE_ANY)
        return (uint32_t)count;
    return kp_token_exceptional(token) ? 0 : (uint32_t)kp_token_size(type, token, count);
}

static enum kp_trap size_of(uint32_t *slots) {
    kp_type type;
    const uint8_t *token;
    size_t count;
    if (!subject(slots[0], &type, &token, &count))
        return KP_TRAP_PORT;
    slots[0] = units_of(type, token, count);
    return KP_TRAP_NONE;
}

static enum kp_trap kind_of(uint32_t *slots) {
    size_t count;
    const uint8_t *token = input_token(slots[0], &count);
    if (!token)
        return KP_TRAP_PORT;
    slots[0] = *token == KP_TOKEN_END ? 1 : *token == KP_TOKEN_EXCEPTION ? 2 : 0;
    return KP_TRAP_NONE;
}

static enum kp_trap read_token(const kp_instance *instance, uint32_t port, uint32_t pointer) {
    kp_type type;
    const uint8_t *token;
    size_t count;
    if (!subject(port, &type, &token, &count))
        return KP_TRAP_PORT;
    uint32_t size = units_of(type, token, count);
    unsigned width = type == KP_TYPE_TEXT ? 2U : kp_type_array(type) ? kp_type_size(type & 0x0fU) : 1U;
    uint8_t *memory = memory_at(instance, pointer, (uint64_t)size * width);
    if (!memory)
        return KP_TRAP_MEMORY;
    if (type == KP_TYPE_ANY)
        while (count--)
            *memory++ = *token++;
    else if (size)
        kp_token_read(type, token, count, memory);
    return KP_TRAP_NONE;
}

/* --- capabilities --- */

static enum kp_trap call_capability(const kp_instance *instance, unsigned number, uint32_t *slots) {
    uint64_t time;
    switch (number) {
    case TIME:
        time = kp_firing_now.timed ? kp_firing_now.due : kp_port_ms();
        slots[0] = (uint32_t)time;
        slots[1] = (uint32_t)(time >> 32);
        return KP_TRAP_NONE;
    case RANDOM:
        slots[0] = kp_port_random();
        return KP_TRAP_NONE;
    case LOG: {
        const uint8_t *memory = memory_at(instance, slots[0], (uint64_t)slots[1] * 2);
        if (!memory)
            return KP_TRAP_MEMORY;
        kp_hooks_now->log(kp_firing_now.actor, memory, slots[1]);
        return KP_TRAP_NONE;
    }
    default:
        break;
    }
    const kp_capability *capability = capability_of(number);
    return capability && capability->function(slots) == 0 ? KP_TRAP_NONE : KP_TRAP_CAPABILITY;
}

static NOT_INLINED enum kp_trap call_other(kp_instance *instance, unsigned number, uint32_t *slots) {
    switch (number) {
    case SEND_TEXT:
    case SEND_BYTES:
    case SEND_ARRAY:
        return send_bulk(instance, number, slots);
    case PASS:
        return pass(slots[0], slots[1]);
    case SIZE:
        return size_of(slots);
    case READ:
        return read_token(instance, slots[0], slots[1]);
    case SEND_END:
        return send_end(slots[0]);
    case SEND_EXCEPTION:
        return send_exception(instance, slots[0], slots[1], slots[2]);
    case KIND:
        return kind_of(slots);
    default:
        return call_capability(instance, number, slots);
    }
}

enum kp_trap kp_engine_import(kp_instance *instance, unsigned number, uint32_t *slots) {
    return number <= SEND_F64 ? send_scalar(number, slots[0], slots + 1) : call_other(instance, number, slots);
}
