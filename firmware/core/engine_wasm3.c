/*
 * The interpreter as an engine. One wasm3 runtime serves all modules; a module is compiled as a whole when it is
 * loaded, its bytes stay where they are, and its instances share the code: the globals that the code works on are
 * swapped when another instance of the module is called, and memory is passed along with each call.
 */
#include "engine.h"

#include "wasm.h"
#include "wasm3_config.h"
#include "wasm3_seam.h"

#ifdef KP_WASM3_TRAMPOLINE
#include "wasm3_trampoline.h"
#endif

#include "m3_env.h"

#include <string.h>

struct kp_code {
    M3Module module;               /* what the compiler works on */
    kp_instance *active;           /* whose globals the code's are; NULL: nobody's */
    const uint8_t *globals, *data; /* the sections, for start values */
    uint32_t memory_bytes;
    uint16_t global_words; /* of all mutable globals */
    uint16_t data_count;
    uint8_t export_count;
    uint8_t functions[]; /* of each export: index */
};

/* An instance: head, mutable globals as committed, header and bytes of memory. */
typedef struct wasm3_instance {
    kp_instance head;
    M3MemoryHeader *memory;
    uint32_t globals[];
} wasm3_instance;

/* Types of blocks: with one result or none. They are M3FuncTypes, whose last member has no size of its own. */
static const struct block_type {
    M3FuncType *next;
    u16 results, arguments;
    u8 type;
} block_types[] = {
    {NULL, 0, 0, c_m3Type_none}, {NULL, 1, 0, c_m3Type_i32}, {NULL, 1, 0, c_m3Type_i64},
    {NULL, 1, 0, c_m3Type_f32},  {NULL, 1, 0, c_m3Type_f64},
};

/* What call_import() may read behind the parameters of an import. */
#define IMPORT_WORDS 6U

static M3Environment environment;
static M3Runtime runtime;
static M3MemoryHeader no_memory; /* of instances without memory */
static uint32_t native_stack_bytes;
static kp_instance *calling; /* the instance whose call is under way */

static int begin(const kp_config *config) {
    size_t words = config->engine_stack_words;
    memset(&environment, 0, sizeof environment);
    memset(&runtime, 0, sizeof runtime);
    for (unsigned type = 0; type < sizeof block_types / sizeof *block_types; type++)
        environment.retFuncTypes[type] = (IM3FuncType)(uintptr_t)&block_types[type];
    native_stack_bytes = config->native_stack_bytes;
    runtime.environment = &environment;
    runtime.numStackSlots = (u32)words;
    runtime.stackSize = (u32)(words * sizeof(m3slot_t));
    runtime.stack = kp_heap_alloc(runtime.stackSize, KP_OWNER_RUNTIME);
    if (!runtime.stack)
        return KP_E_MEMORY;
    no_memory.runtime = &runtime;
    no_memory.maxStack = (m3slot_t *)runtime.stack + words;
    no_memory.length = 0;
    runtime.memory.numPages = 1;
    runtime.memory.maxPages = 1;
    return 0;
}

/* --- building what the compiler works on --- */

static void *allocate(size_t bytes) {
    void *memory = kp_heap_alloc(bytes, kp_wasm3_owner);
    if (!memory)
        longjmp(kp_wasm3_no_memory, 1);
    return memory;
}

static uint8_t m3_type(uint8_t type) {
    return (uint8_t)(KP_WASM_I32 + 1 - type); /* 1 … 4 in the same order */
}

/** The types of the module; equal ones are one object, because indirect calls compare pointers. */
static void build_types(M3Module *module, const kp_wasm *wasm) {
    module->numFuncTypes = wasm->type_count;
    module->funcTypes = allocate(sizeof(IM3FuncType) * wasm->type_count);
    for (unsigned i = 0; i < wasm->type_count; i++) {
        kp_wasm_signature signature = kp_wasm_type(wasm, i);
        bool has_result = signature.result != KP_WASM_NONE;
        IM3FuncType type = allocate(sizeof(M3FuncType) + signature.count + has_result);
        type->numRets = has_result;
        type->numArgs = signature.count;
        if (has_result)
            type->types[0] = m3_type(signature.result);
        for (unsigned p = 0; p < signature.count; p++)
            type->types[has_result + p] = m3_type(signature.parameters[p]);
        module->funcTypes[i] = type;
        for (unsigned k = 0; k < i; k++) {
            if (AreFuncTypesEqual(module->funcTypes[k], type)) {
                kp_heap_free(type);
                module->funcTypes[i] = module->funcTypes[k];
                break;
            }
        }
    }
}

static void build_functions(M3Module *module, const kp_wasm *wasm) {
    const uint8_t *at = wasm->code;
    module->numFuncImports = wasm->import_count;
    module->numFunctions = module->allFunctions = wasm->function_count;
    module->functions = allocate(sizeof(M3Function) * wasm->function_count);
    for (unsigned i = 0; i < wasm->function_count; i++) {
        IM3Function function = &module->functions[i];
        function->module = module;
        function->funcType = module->funcTypes[wasm->function_type[i]];
        if (i < wasm->import_count)
            continue;
        function->wasm = at;
        uint32_t size = kp_wasm_u32(&at);
        function->wasmEnd = at += size;
    }
}

static void build_globals(struct kp_code *code, const kp_wasm *wasm) {
    const uint8_t *at = wasm->globals;
    code->module.numGlobals = wasm->global_count;
    code->module.globals = allocate(sizeof(M3Global) * wasm->global_count);
    code->globals = wasm->globals;
    for (unsigned i = 0; i < wasm->global_count; i++) {
        M3Global *global = &code->module.globals[i];
        uint32_t value[2];
        at += 2;
        kp_wasm_constant(&at, value);
        memcpy(&global->i64Value, value, sizeof value);
        global->type = m3_type(wasm->global_type[i] & (uint8_t)~KP_WASM_MUTABLE);
        global->isMutable = (wasm->global_type[i] & KP_WASM_MUTABLE) != 0;
        if (global->isMutable)
            code->global_words = (uint16_t)(code->global_words + (Is64BitType(global->type) ? 2U : 1U));
    }
}

static void build_table(M3Module *module, const kp_wasm *wasm) {
    const uint8_t *at = wasm->elements;
    module->table0Size = wasm->table_size;
    module->table0 = wasm->table_size ? allocate(sizeof(IM3Function) * wasm->table_size) : NULL;
    for (unsigned i = 0; i < wasm->element_count; i++) {
        uint32_t offset[2];
        kp_wasm_u32(&at);
        kp_wasm_constant(&at, offset);
        for (uint32_t count = kp_wasm_u32(&at); count > 0; count--)
            module->table0[offset[0]++] = &module->functions[kp_wasm_u32(&at)];
    }
}

/** Export indices to function indices. False if a function has more parameters than the stack can take. */
static bool build_exports(struct kp_code *code, const kp_wasm *wasm) {
    const uint8_t *at = wasm->exports;
    for (unsigned i = 0; i < wasm->export_count; i++) {
        uint32_t length = kp_wasm_u32(&at);
        at += length + 1;
        code->functions[i] = (uint8_t)kp_wasm_u32(&at);
        IM3FuncType type = code->module.functions[code->functions[i]].funcType;
        if ((type->numArgs + type->numRets) * 2U > runtime.numStackSlots)
            return false;
    }
    return true;
}

static inline bool is_wide(u8 type) {
    return type == c_m3Type_i64 || type == c_m3Type_f64;
}

/** Whether an import takes up to three words of 32 bits and gives nothing: then its number stands for itself, else
 * PLAIN is added. */
#define PLAIN 256U
static bool is_plain(const M3FuncType *type) {
    bool plain = type->numRets == 0 && type->numArgs <= 3;
    for (unsigned i = 0; i < type->numArgs; i++)
        plain = plain && !is_wide(type->types[type->numRets + i]);
    return plain;
}

/** wasm3 calls an import: words of 64 bits, the result's first. */
static const void *call_import(IM3Runtime ignored, IM3ImportContext context, uint64_t *words, void *memory) {
    (void)ignored;
    (void)memory;
    uint32_t slots[8];
    uintptr_t number = (uintptr_t)context->userdata;
    if (number < PLAIN) {
        slots[0] = (uint32_t)words[0];
        slots[1] = (uint32_t)words[1];
        slots[2] = (uint32_t)words[2];
        return KP_WASM3_TRAP(kp_engine_import(calling, (unsigned)number, slots));
    }
    const M3FuncType *type = context->function->funcType;
    uint32_t *next = slots;
    const u8 *types = type->types;
    const uint64_t *word = words;
    if (type->numRets) {
        types++;
        word++;
    }
    for (unsigned i = type->numArgs; i > 0; i--, word++) {
        *next++ = (uint32_t)*word;
        if (is_wide(*types++))
            *next++ = (uint32_t)(*word >> 32);
    }
    enum kp_trap trap = kp_engine_import(calling, (unsigned)(number - PLAIN), slots);
    if (trap == KP_TRAP_NONE && type->numRets)
        *words = is_wide(type->types[0]) ? (uint64_t)slots[1] << 32 | slots[0] : slots[0];
    return KP_WASM3_TRAP(trap);
}

static int compile(M3Module *module, const kp_wasm *wasm) {
    M3Result result = m3Err_none;
    for (unsigned i = 0; i < wasm->function_count && !result; i++) {
        IM3Function function = &module->functions[i];
        uintptr_t number = wasm->import_number[i] + (is_plain(function->funcType) ? 0U : PLAIN);
        if (i < wasm->import_count)
            result = CompileRawFunction(module, function, (const void *)call_import, (const void *)number);
        else
            result = CompileFunction(function);
    }
    return result ? KP_E_MODULE : 0;
}

static int build(const kp_wasm *wasm, kp_code **out) {
    struct kp_code *code = allocate(sizeof *code + wasm->export_count);
    code->module.runtime = &runtime;
    code->module.environment = &environment;
    code->module.wasmStart = wasm->bytes;
    code->module.wasmEnd = wasm->end;
    code->memory_bytes = wasm->memory_bytes;
    code->data = wasm->data;
    code->data_count = wasm->data_count;
    code->export_count = (uint8_t)wasm->export_count;
    build_types(&code->module, wasm);
    build_functions(&code->module, wasm);
    build_globals(code, wasm);
    build_table(&code->module, wasm);
    *out = code;
    return build_exports(code, wasm) ? compile(&code->module, wasm) : KP_E_MODULE;
}

/** Runs build(); out of memory anywhere in it ends here. */
static int build_guarded(const kp_wasm *wasm, kp_code **code) {
    if (setjmp(kp_wasm3_no_memory) != 0)
        return KP_E_MEMORY;
    return build(wasm, code);
}

static int load(const uint8_t *bytes, size_t count, uint32_t memory_bytes, kp_owner owner, kp_code **code,
                kp_code_info *info, uint32_t *detail) {
    kp_wasm *wasm = kp_heap_alloc(sizeof *wasm, owner);
    if (!wasm)
        return KP_E_MEMORY;
    int error = kp_wasm_check(wasm, bytes, count, memory_bytes, detail);
    kp_wasm3_owner = owner;
    if (error == 0)
        error = build_guarded(wasm, code);
    kp_wasm3_close_pages(&runtime);
    *info = (kp_code_info){wasm->export_count, wasm->mutable_count};
    kp_heap_free(wasm);
    return error;
}

static void unload(kp_code *code) {
    (void)code; /* nothing but memory, which is the owner's */
}

/* --- instances --- */

/** Offset of the memory header in an instance: the bytes behind it are 8-byte aligned. */
static size_t memory_offset(const kp_code *code) {
    size_t end = sizeof(wasm3_instance) + code->global_words * sizeof(uint32_t) + sizeof(M3MemoryHeader);
    return ((end + 7) & ~(size_t)7) - sizeof(M3MemoryHeader);
}

static size_t instance_bytes(const kp_code *code) {
    if (code->memory_bytes == 0)
        return sizeof(wasm3_instance) + code->global_words * sizeof(uint32_t);
    return memory_offset(code) + sizeof(M3MemoryHeader) + code->memory_bytes;
}

static void start_memory(const kp_code *code, kp_instance *instance) {
    const uint8_t *at = code->data;
    for (unsigned i = 0; i < code->data_count; i++) {
        uint32_t offset[2];
        kp_wasm_u32(&at);
        kp_wasm_constant(&at, offset);
        uint32_t size = kp_wasm_u32(&at);
        memcpy(instance->memory + offset[0], at, size);
        at += size;
    }
}

static void start_globals(const kp_code *code, uint32_t *words) {
    const uint8_t *at = code->globals;
    for (unsigned i = 0; i < code->module.numGlobals; i++) {
        const M3Global *global = &code->module.globals[i];
        uint32_t value[2];
        at += 2;
        kp_wasm_constant(&at, value);
        if (!global->isMutable)
            continue;
        *words++ = value[0];
        if (Is64BitType(global->type))
            *words++ = value[1];
    }
}

static int init(kp_code *code, kp_instance *instance) {
    wasm3_instance *self = (wasm3_instance *)instance;
    instance->code = code;
    instance->memory_bytes = code->memory_bytes;
    self->memory = &no_memory;
    if (code->memory_bytes) {
        self->memory = (M3MemoryHeader *)(void *)((uint8_t *)instance + memory_offset(code));
        *self->memory = (M3MemoryHeader){&runtime, no_memory.maxStack, code->memory_bytes};
        instance->memory = (uint8_t *)(self->memory + 1);
        start_memory(code, instance);
    }
    start_globals(code, self->globals);
    return 0;
}

static void drop(kp_instance *instance) {
    if (instance->code->active == instance)
        instance->code->active = NULL;
}

/** Instance to code: what the committed globals are. */
static void rollback(kp_instance *instance) {
    const uint32_t *words = ((wasm3_instance *)instance)->globals;
    M3Global *global = instance->code->module.globals;
    for (unsigned i = instance->code->module.numGlobals; i > 0; i--, global++) {
        if (!global->isMutable)
            continue;
        uint32_t *value = (uint32_t *)&global->i64Value;
        value[0] = *words++;
        if (is_wide(global->type))
            value[1] = *words++;
    }
    instance->code->active = instance;
}

/** Code to instance. */
static void commit(kp_instance *instance) {
    uint32_t *words = ((wasm3_instance *)instance)->globals;
    M3Global *global = instance->code->module.globals;
    for (unsigned i = instance->code->module.numGlobals; i > 0; i--, global++) {
        if (!global->isMutable)
            continue;
        const uint32_t *value = (const uint32_t *)&global->i64Value;
        *words++ = value[0];
        if (is_wide(global->type))
            *words++ = value[1];
    }
}

/* --- calls --- */

static enum kp_trap trap_of(const void *result) {
    static const struct {
        const M3Result *text;
        enum kp_trap trap;
    } traps[] = {
        {&m3Err_trapOutOfBoundsMemoryAccess, KP_TRAP_MEMORY},    {&m3Err_trapDivisionByZero, KP_TRAP_DIVISION},
        {&m3Err_trapIntegerOverflow, KP_TRAP_OVERFLOW},          {&m3Err_trapIntegerConversion, KP_TRAP_CONVERSION},
        {&m3Err_trapIndirectCallTypeMismatch, KP_TRAP_INDIRECT}, {&m3Err_trapTableIndexOutOfRange, KP_TRAP_INDIRECT},
        {&m3Err_trapTableElementIsNull, KP_TRAP_INDIRECT},       {&m3Err_trapStackOverflow, KP_TRAP_STACK},
    };
    if ((uintptr_t)result <= KP_TRAP_CAPABILITY)
        return (enum kp_trap)(uintptr_t)result;
    for (unsigned i = 0; i < sizeof traps / sizeof *traps; i++)
        if (result == *traps[i].text)
            return traps[i].trap;
    return KP_TRAP_UNREACHABLE;
}

static int signature(const kp_code *code, unsigned function, unsigned *parameters, unsigned *results) {
    if (function >= code->export_count)
        return KP_E_MODULE;
    IM3FuncType type = code->module.functions[code->functions[function]].funcType;
    *parameters = *results = 0;
    for (unsigned i = 0; i < type->numRets; i++)
        *results += Is64BitType(type->types[i]) ? 2U : 1U;
    for (unsigned i = 0; i < type->numArgs; i++)
        *parameters += Is64BitType(type->types[type->numRets + i]) ? 2U : 1U;
    return 0;
}

static enum kp_trap call(kp_instance *instance, unsigned function, uint32_t *slots, int32_t *fuel) {
    kp_code *code = instance->code;
    M3MemoryHeader *memory = ((wasm3_instance *)instance)->memory;
    IM3Function callee = &code->module.functions[code->functions[function]];
    IM3FuncType type = callee->funcType;
    m3slot_t *stack = runtime.stack;
    m3slot_t *argument = stack + type->numRets * 2U;
    const u8 *types = type->types + type->numRets;
    const uint32_t *slot = slots;
    if (code->active != instance)
        rollback(instance);
    for (const u8 *end = types + type->numArgs; types != end; argument += 2) {
        argument[0] = *slot++;
        if (is_wide(*types++))
            argument[1] = *slot++;
    }
    calling = instance;
    runtime.memory.mallocated = memory;
    kp_wasm3_fuel = *fuel;
    kp_wasm3_stack_floor = (uintptr_t)__builtin_frame_address(0) - native_stack_bytes;
    const void *result = RunCode(callee->compiled, stack, memory, d_m3OpDefaultArgs);
    *fuel = kp_wasm3_fuel;
    if (result)
        return trap_of(result);
    if (type->numRets) {
        slots[0] = stack[0];
        slots[1] = stack[1];
    }
    return KP_TRAP_NONE;
}

/* --- globals --- */

/** Where a mutable global's committed words are in an instance, and how many. */
static unsigned place_of(const kp_code *code, unsigned index, unsigned *count) {
    unsigned place = 0;
    for (const M3Global *global = code->module.globals;; global++) {
        if (!global->isMutable)
            continue;
        *count = Is64BitType(global->type) ? 2U : 1U;
        if (index-- == 0)
            return place;
        place += *count;
    }
}

static unsigned global_words(const kp_code *code, unsigned index) {
    unsigned count;
    place_of(code, index, &count);
    return count;
}

static void global_get(const kp_instance *instance, unsigned index, uint32_t *words) {
    unsigned count;
    const uint32_t *from = ((const wasm3_instance *)instance)->globals + place_of(instance->code, index, &count);
    words[0] = from[0];
    if (count == 2)
        words[1] = from[1];
}

static void global_set(kp_instance *instance, unsigned index, const uint32_t *words) {
    unsigned count;
    uint32_t *to = ((wasm3_instance *)instance)->globals + place_of(instance->code, index, &count);
    to[0] = words[0];
    if (count == 2)
        to[1] = words[1];
    drop(instance); /* the code's globals are stale now */
}

const kp_engine kp_engine_wasm3 = {
    .magic = {0, 'a', 's', 'm'},
    .begin = begin,
    .load = load,
    .unload = unload,
    .instance_bytes = instance_bytes,
    .init = init,
    .drop = drop,
    .signature = signature,
    .call = call,
    .commit = commit,
    .rollback = rollback,
    .global_words = global_words,
    .global_get = global_get,
    .global_set = global_set,
};
