/*
 * Validation of function bodies by the algorithm of the WebAssembly specification (appendix "Validation Algorithm"),
 * for the instructions of the module ABI. Blocks have no parameters and at most one result.
 */
#include "wasm.h"

#define T_NONE 0
#define T_I    (KP_WASM_I32 & 0x0fU)
#define T_L    (KP_WASM_I64 & 0x0fU)
#define T_F    (KP_WASM_F32 & 0x0fU)
#define T_D    (KP_WASM_F64 & 0x0fU)

/** Instructions `first` … `last` take `count` operands of one type and give one result; types by the low digit of their
 * code. */
typedef struct numeric {
    uint8_t last;
    uint8_t count;
    uint8_t types; /* operand << 4 | result */
} numeric;

/* In order from 0x45. */
static const numeric numerics[] = {
    {0x45, 1, T_I << 4 | T_I}, {0x4f, 2, T_I << 4 | T_I}, {0x50, 1, T_L << 4 | T_I}, {0x5a, 2, T_L << 4 | T_I},
    {0x60, 2, T_F << 4 | T_I}, {0x66, 2, T_D << 4 | T_I}, {0x69, 1, T_I << 4 | T_I}, {0x78, 2, T_I << 4 | T_I},
    {0x7b, 1, T_L << 4 | T_L}, {0x8a, 2, T_L << 4 | T_L}, {0x91, 1, T_F << 4 | T_F}, {0x98, 2, T_F << 4 | T_F},
    {0x9f, 1, T_D << 4 | T_D}, {0xa6, 2, T_D << 4 | T_D}, {0xa7, 1, T_L << 4 | T_I}, {0xa9, 1, T_F << 4 | T_I},
    {0xab, 1, T_D << 4 | T_I}, {0xad, 1, T_I << 4 | T_L}, {0xaf, 1, T_F << 4 | T_L}, {0xb1, 1, T_D << 4 | T_L},
    {0xb3, 1, T_I << 4 | T_F}, {0xb5, 1, T_L << 4 | T_F}, {0xb6, 1, T_D << 4 | T_F}, {0xb8, 1, T_I << 4 | T_D},
    {0xba, 1, T_L << 4 | T_D}, {0xbb, 1, T_F << 4 | T_D}, {0xbc, 1, T_F << 4 | T_I}, {0xbd, 1, T_D << 4 | T_L},
    {0xbe, 1, T_I << 4 | T_F}, {0xbf, 1, T_L << 4 | T_D}, {0xc1, 1, T_I << 4 | T_I}, {0xc4, 1, T_L << 4 | T_L},
};

/* Loads 0x28 … 0x35 and stores 0x36 … 0x3e: type << 4 | largest alignment exponent. */
static const uint8_t accesses[] = {
    T_I << 4 | 2, T_L << 4 | 3, T_F << 4 | 2, T_D << 4 | 3, T_I << 4 | 0, T_I << 4 | 0, T_I << 4 | 1, T_I << 4 | 1,
    T_L << 4 | 0, T_L << 4 | 0, T_L << 4 | 1, T_L << 4 | 1, T_L << 4 | 2, T_L << 4 | 2, T_I << 4 | 2, T_L << 4 | 3,
    T_F << 4 | 2, T_D << 4 | 3, T_I << 4 | 0, T_I << 4 | 1, T_L << 4 | 0, T_L << 4 | 1, T_L << 4 | 2,
};

typedef struct frame {
    uint8_t opcode; /* 0 for the function itself */
    uint8_t result; /* of the block */
    uint8_t height; /* operands below it */
    bool unreachable;
} frame;

typedef struct check {
    const kp_wasm *wasm;
    kp_wasm_reader reader;
    unsigned words; /* of parameters, locals and operands */
    unsigned local_count, height, depth;
    bool bad;
    uint8_t locals[KP_WASM_SLOTS_MAX];
    uint8_t operands[KP_WASM_SLOTS_MAX + 1];
    frame frames[KP_WASM_NESTING_MAX + 1];
} check;

static void fail_if(check *c, bool condition) {
    c->bad |= condition;
}

static uint8_t read_byte(check *c) {
    uint8_t value = 0;
    fail_if(c, !kp_wasm_read_byte(&c->reader, &value));
    return value;
}

static uint32_t read_index(check *c, uint32_t count) {
    uint32_t value = 0;
    fail_if(c, !kp_wasm_read_u32(&c->reader, &value) || value >= count);
    return c->bad ? 0 : value;
}

static frame *top(check *c) {
    return &c->frames[c->depth];
}

static void push(check *c, uint8_t type) {
    c->words += kp_wasm_words(type);
    fail_if(c, c->words > KP_WASM_SLOTS_MAX);
    if (!c->bad)
        c->operands[c->height++] = type;
}

/** Takes the top operand, of that type unless it is unknown; returns what it is. */
static uint8_t pop(check *c, uint8_t type) {
    if (c->height == top(c)->height) {
        fail_if(c, !top(c)->unreachable);
        return type;
    }
    uint8_t found = c->operands[--c->height];
    c->words -= kp_wasm_words(found);
    fail_if(c, found != type && found != KP_WASM_UNKNOWN && type != KP_WASM_UNKNOWN);
    return found == KP_WASM_UNKNOWN ? type : found;
}

static void pop_all(check *c) {
    while (c->height > top(c)->height)
        c->words -= kp_wasm_words(c->operands[--c->height]);
}

static void set_unreachable(check *c) {
    pop_all(c);
    top(c)->unreachable = true;
}

static void push_frame(check *c, uint8_t opcode, uint8_t result) {
    fail_if(c, c->depth >= KP_WASM_NESTING_MAX);
    if (!c->bad)
        c->frames[++c->depth] = (frame){opcode, result, (uint8_t)c->height, false};
}

/** Ends the innermost block: its result, if any, alone on its stack. */
static frame pop_frame(check *c) {
    frame ended = *top(c);
    if (ended.result != KP_WASM_NONE)
        pop(c, ended.result);
    fail_if(c, c->height != ended.height);
    return ended;
}

/** What a branch to that label takes along: nothing to the start of a loop. */
static uint8_t label_type(check *c, uint32_t label) {
    frame *target = &c->frames[c->depth - label];
    return target->opcode == 0x03 ? KP_WASM_NONE : target->result;
}

static uint8_t read_label(check *c) {
    return label_type(c, read_index(c, c->depth + 1));
}

static void check_block(check *c, uint8_t opcode) {
    uint8_t result = read_byte(c);
    fail_if(c, result != KP_WASM_NONE && (result < KP_WASM_F64 || result > KP_WASM_I32));
    if (opcode == 0x04)
        pop(c, KP_WASM_I32);
    push_frame(c, opcode, result);
}

static void check_else(check *c) {
    frame ended = pop_frame(c);
    fail_if(c, ended.opcode != 0x04);
    *top(c) = (frame){0x05, ended.result, ended.height, false};
}

static void check_end(check *c) {
    frame ended = pop_frame(c);
    fail_if(c, ended.opcode == 0x04 && ended.result != KP_WASM_NONE); /* an if with a result and no else */
    if (c->depth == 0) {
        c->depth = UINT8_MAX; /* the end of the function */
        return;
    }
    c->depth--;
    if (ended.result != KP_WASM_NONE)
        push(c, ended.result);
}

static void check_branch_table(check *c) {
    pop(c, KP_WASM_I32);
    uint32_t count = 0;
    /* Each label takes a byte at least, so that no count can be larger than what is left. */
    fail_if(c, !kp_wasm_read_u32(&c->reader, &count) || count >= (size_t)(c->reader.end - c->reader.at));
    uint8_t type = KP_WASM_UNKNOWN;
    for (uint32_t i = 0; i <= count && !c->bad; i++) {
        uint8_t label = read_label(c);
        fail_if(c, i > 0 && label != type);
        type = label;
    }
    if (type != KP_WASM_NONE)
        pop(c, type);
    set_unreachable(c);
}

static void check_branch(check *c, uint8_t opcode) {
    if (opcode == 0x0d)
        pop(c, KP_WASM_I32);
    uint8_t type = opcode == 0x0f ? c->frames[0].result : read_label(c);
    if (type != KP_WASM_NONE)
        pop(c, type);
    if (opcode != 0x0d)
        set_unreachable(c);
    else if (type != KP_WASM_NONE)
        push(c, type);
}

static void check_call(check *c, kp_wasm_signature signature) {
    for (unsigned i = signature.count; i > 0; i--)
        pop(c, signature.parameters[i - 1]);
    if (signature.result != KP_WASM_NONE)
        push(c, signature.result);
}

static void check_control(check *c, uint8_t opcode) {
    uint32_t index;
    switch (opcode) {
    case 0x00:
        set_unreachable(c);
        break;
    case 0x01:
        break;
    case 0x02:
    case 0x03:
    case 0x04:
        check_block(c, opcode);
        break;
    case 0x05:
        check_else(c);
        break;
    case 0x0b:
        check_end(c);
        break;
    case 0x0c:
    case 0x0d:
    case 0x0f:
        check_branch(c, opcode);
        break;
    case 0x0e:
        check_branch_table(c);
        break;
    case 0x10:
        index = read_index(c, c->wasm->function_count);
        if (!c->bad)
            check_call(c, kp_wasm_function(c->wasm, index));
        break;
    case 0x11:
        index = read_index(c, c->wasm->type_count);
        fail_if(c, read_byte(c) != 0 || c->wasm->table_size == 0);
        pop(c, KP_WASM_I32);
        if (!c->bad)
            check_call(c, kp_wasm_type(c->wasm, index));
        break;
    default:
        c->bad = true;
        break;
    }
}

static void check_variable(check *c, uint8_t opcode) {
    uint8_t type;
    if (opcode <= 0x22) {
        type = c->locals[read_index(c, c->local_count)];
    } else {
        type = c->wasm->global_type[read_index(c, c->wasm->global_count)];
        fail_if(c, opcode == 0x24 && !(type & KP_WASM_MUTABLE));
        type &= (uint8_t)~KP_WASM_MUTABLE;
    }
    if (c->bad)
        return;
    if (opcode != 0x20 && opcode != 0x23)
        pop(c, type);
    if (opcode == 0x20 || opcode == 0x22 || opcode == 0x23)
        push(c, type);
}

static uint8_t type_of(unsigned digit) {
    return (uint8_t)(0x70U | digit);
}

static void check_access(check *c, uint8_t opcode) {
    uint8_t access = accesses[opcode - 0x28];
    uint32_t offset = 0;
    read_index(c, (access & 0x0fU) + 1U);
    fail_if(c, !kp_wasm_read_u32(&c->reader, &offset) || !c->wasm->has_memory);
    if (opcode >= 0x36)
        pop(c, type_of(access >> 4));
    pop(c, KP_WASM_I32);
    if (opcode < 0x36)
        push(c, type_of(access >> 4));
}

static void check_constant(check *c, uint8_t opcode) {
    int64_t value;
    fail_if(c, opcode <= 0x42 ? !kp_wasm_read_signed(&c->reader, opcode == 0x41 ? 32 : 64, &value)
                              : !kp_wasm_skip(&c->reader, opcode == 0x43 ? 4 : 8));
    push(c, (uint8_t)(KP_WASM_I32 - (opcode - 0x41)));
}

static void check_numeric(check *c, uint8_t opcode) {
    const numeric *n = numerics;
    while (n->last < opcode)
        n++;
    for (unsigned i = 0; i < n->count; i++)
        pop(c, type_of(n->types >> 4));
    push(c, type_of(n->types & 0x0fU));
}

static void check_select(check *c) {
    pop(c, KP_WASM_I32);
    uint8_t type = pop(c, KP_WASM_UNKNOWN);
    push(c, pop(c, type));
}

/** Instructions behind 0xfc: saturating truncation, memory.copy, memory.fill. */
static void check_extended(check *c) {
    uint32_t opcode = read_index(c, 12);
    if (opcode < 8) {
        pop(c, opcode & 2U ? KP_WASM_F64 : KP_WASM_F32);
        push(c, opcode < 4 ? KP_WASM_I32 : KP_WASM_I64);
        return;
    }
    fail_if(c, opcode < 10 || !c->wasm->has_memory || read_byte(c) != 0 || (opcode == 10 && read_byte(c) != 0));
    for (unsigned i = 0; i < 3; i++)
        pop(c, KP_WASM_I32);
}

static void check_instruction(check *c) {
    uint8_t opcode = read_byte(c);
    if (opcode <= 0x11)
        check_control(c, opcode);
    else if (opcode == 0x1a)
        pop(c, KP_WASM_UNKNOWN);
    else if (opcode == 0x1b)
        check_select(c);
    else if (opcode >= 0x20 && opcode <= 0x24)
        check_variable(c, opcode);
    else if (opcode >= 0x28 && opcode <= 0x3e)
        check_access(c, opcode);
    else if (opcode == 0x3f) {
        fail_if(c, read_byte(c) != 0 || !c->wasm->has_memory);
        push(c, KP_WASM_I32);
    } else if (opcode >= 0x41 && opcode <= 0x44)
        check_constant(c, opcode);
    else if (opcode >= 0x45 && opcode <= 0xc4)
        check_numeric(c, opcode);
    else if (opcode == 0xfc)
        check_extended(c);
    else
        c->bad = true;
}

/** Parameters, then the groups of locals. */
static void check_locals(check *c, kp_wasm_signature signature) {
    for (unsigned i = 0; i < signature.count && !c->bad; i++) {
        c->words += kp_wasm_words(signature.parameters[i]);
        fail_if(c, c->words > KP_WASM_SLOTS_MAX);
        if (!c->bad)
            c->locals[c->local_count++] = signature.parameters[i];
    }
    uint32_t groups = read_index(c, KP_WASM_SLOTS_MAX + 1);
    while (groups-- && !c->bad) {
        uint32_t count = read_index(c, KP_WASM_SLOTS_MAX + 1);
        uint8_t type = read_byte(c);
        fail_if(c, type < KP_WASM_F64 || type > KP_WASM_I32);
        c->words += count * kp_wasm_words(type);
        fail_if(c, c->words > KP_WASM_SLOTS_MAX);
        while (count-- && !c->bad)
            c->locals[c->local_count++] = type;
    }
}

int kp_wasm_check_code(const kp_wasm *wasm) {
    const uint8_t *at = wasm->code;
    for (unsigned i = wasm->import_count; i < wasm->function_count; i++) {
        check c;
        uint32_t size = kp_wasm_u32(&at);
        kp_wasm_signature signature = kp_wasm_function(wasm, i);
        c.wasm = wasm;
        c.reader = (kp_wasm_reader){at, at + size};
        c.words = c.local_count = c.height = c.depth = 0;
        c.bad = false;
        c.frames[0] = (frame){0, signature.result, 0, false};
        check_locals(&c, signature);
        while (!c.bad && c.depth != UINT8_MAX)
            check_instruction(&c);
        if (c.bad || c.reader.at != c.reader.end)
            return KP_E_MODULE;
        at += size;
    }
    return 0;
}
