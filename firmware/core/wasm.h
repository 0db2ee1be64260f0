/**
 * A WebAssembly binary as the module ABI allows it (docs/module-abi.md, section 1): checked once, then read without
 * checks.
 *
 * kp_wasm_check() is a full validator of that subset: structure, limits, and the types of every instruction. After it
 * an engine may trust the bytes.
 */
#ifndef KP_WASM_H
#define KP_WASM_H

#include "kp_error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KP_WASM_FUNCTIONS_MAX 128U
#define KP_WASM_TYPES_MAX     128U
#define KP_WASM_GLOBALS_MAX   128U /* with the immutable ones */
#define KP_WASM_MUTABLE_MAX   64U
#define KP_WASM_TABLE_MAX     256U
#define KP_WASM_NESTING_MAX   24U
#define KP_WASM_SLOTS_MAX     96U /* words of parameters, locals and operands in a function */

/** Value types as the binary has them. */
enum kp_wasm_type {
    KP_WASM_I32 = 0x7f,
    KP_WASM_I64 = 0x7e,
    KP_WASM_F32 = 0x7d,
    KP_WASM_F64 = 0x7c,
    KP_WASM_NONE = 0x40,
    KP_WASM_UNKNOWN = 0x00, /* operand of code that is not reached */
};

/** A place in the binary, behind the count of items of its section. NULL: no such section. */
typedef const uint8_t *kp_wasm_place;

typedef struct kp_wasm {
    const uint8_t *bytes, *end;
    kp_wasm_place types, imports, functions, globals, exports, elements, code, data;
    uint16_t type_count, import_count, function_count; /* functions with the imported ones */
    uint16_t global_count, mutable_count, export_count, element_count, data_count;
    uint16_t table_size;
    bool has_memory;
    uint32_t memory_bytes;                        /* the manifest's bound */
    uint16_t type_at[KP_WASM_TYPES_MAX];          /* offset in bytes of each type, behind its 0x60 */
    uint8_t function_type[KP_WASM_FUNCTIONS_MAX]; /* index of its type, imported ones first */
    uint8_t import_number[KP_WASM_FUNCTIONS_MAX]; /* ABI number of each import */
    uint8_t global_type[KP_WASM_GLOBALS_MAX];     /* value type, with the top bit when it is mutable */
} kp_wasm;

#define KP_WASM_MUTABLE 0x80U

/** The type of a function: parameters and result. */
typedef struct kp_wasm_signature {
    const uint8_t *parameters; /* value types, one byte each */
    uint8_t count;
    uint8_t result; /* KP_WASM_NONE for none */
} kp_wasm_signature;

/**
 * Checks a module of `count` bytes whose instances have `memory_bytes` of memory and fills `wasm`. KP_E_MODULE, or
 * KP_E_CAPABILITY with the import's number in `detail`.
 */
int kp_wasm_check(kp_wasm *wasm, const uint8_t *bytes, size_t count, uint32_t memory_bytes, uint32_t *detail);

/** Checks the bodies of all functions; called by kp_wasm_check(). */
int kp_wasm_check_code(const kp_wasm *wasm);

kp_wasm_signature kp_wasm_type(const kp_wasm *wasm, unsigned type);

static inline kp_wasm_signature kp_wasm_function(const kp_wasm *wasm, unsigned function) {
    return kp_wasm_type(wasm, wasm->function_type[function]);
}

/** 32-bit words of a value type. */
static inline unsigned kp_wasm_words(uint8_t type) {
    return type == KP_WASM_I64 || type == KP_WASM_F64 ? 2U : 1U;
}

/* Reading of bytes that were checked. Each moves *at on. */
uint32_t kp_wasm_u32(const uint8_t **at);

/** A constant expression (type.const … end): its value as two words. */
void kp_wasm_constant(const uint8_t **at, uint32_t value[2]);

/* Reading of bytes that were not: false at the end or when malformed. */
typedef struct kp_wasm_reader {
    const uint8_t *at, *end;
} kp_wasm_reader;

bool kp_wasm_read_byte(kp_wasm_reader *reader, uint8_t *value);
bool kp_wasm_read_u32(kp_wasm_reader *reader, uint32_t *value);
/** A signed LEB128 of at most `bits` bits (32, 33, 64). */
bool kp_wasm_read_signed(kp_wasm_reader *reader, unsigned bits, int64_t *value);
bool kp_wasm_skip(kp_wasm_reader *reader, uint32_t count);

/**
 * The signature of an import: types of the parameters as letters (i I f F), then the result's behind a blank if it has
 * one. NULL: no such number. kp_import_offered(): whether this runtime has it. Written in imports.c.
 */
const char *kp_import_signature(unsigned number);
bool kp_import_offered(unsigned number);

#endif
