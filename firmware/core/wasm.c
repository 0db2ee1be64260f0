#include "wasm.h"

#include "manifest.h"

#include <string.h>

/* --- reading --- */

bool kp_wasm_read_byte(kp_wasm_reader *reader, uint8_t *value) {
    if (reader->at == reader->end)
        return false;
    *value = *reader->at++;
    return true;
}

bool kp_wasm_read_u32(kp_wasm_reader *reader, uint32_t *value) {
    uint32_t result = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t byte;
        if (!kp_wasm_read_byte(reader, &byte) || (shift == 28 && byte > 0x0f))
            return false;
        result |= (uint32_t)(byte & 0x7fU) << shift;
        if (byte < 0x80) {
            *value = result;
            return true;
        }
    }
    return false;
}

bool kp_wasm_read_signed(kp_wasm_reader *reader, unsigned bits, int64_t *value) {
    uint64_t result = 0;
    for (unsigned shift = 0; shift < bits; shift += 7) {
        uint8_t byte;
        if (!kp_wasm_read_byte(reader, &byte))
            return false;
        result |= (uint64_t)(byte & 0x7fU) << shift;
        if (byte >= 0x80)
            continue;
        if (shift + 7 < 64 && byte & 0x40U)
            result |= ~UINT64_C(0) << (shift + 7);
        if (shift + 7 > bits) { /* the bits beyond must repeat the sign */
            int8_t rest = (int8_t)((int8_t)((uint8_t)(byte << 1)) >> (bits - shift));
            if (rest != 0 && rest != -1)
                return false;
        }
        *value = (int64_t)result;
        return true;
    }
    return false;
}

bool kp_wasm_skip(kp_wasm_reader *reader, uint32_t count) {
    if (count > (size_t)(reader->end - reader->at))
        return false;
    reader->at += count;
    return true;
}

uint32_t kp_wasm_u32(const uint8_t **at) {
    uint32_t result = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
        byte = *(*at)++;
        result |= (uint32_t)(byte & 0x7fU) << shift;
        shift += 7;
    } while (byte >= 0x80);
    return result;
}

void kp_wasm_constant(const uint8_t **at, uint32_t value[2]) {
    uint8_t opcode = *(*at)++;
    kp_wasm_reader reader = {*at, *at + 10};
    int64_t integer = 0;
    value[1] = 0;
    if (opcode == 0x41 || opcode == 0x42) {
        kp_wasm_read_signed(&reader, opcode == 0x41 ? 32 : 64, &integer);
        memcpy(value, &integer, 8);
    } else {
        uint32_t size = opcode == 0x43 ? 4 : 8;
        memcpy(value, reader.at, size);
        reader.at += size;
    }
    *at = reader.at + 1;
}

kp_wasm_signature kp_wasm_type(const kp_wasm *wasm, unsigned type) {
    const uint8_t *at = wasm->bytes + wasm->type_at[type];
    uint8_t count = *at++;
    const uint8_t *results = at + count;
    return (kp_wasm_signature){at, count, results[0] ? results[1] : KP_WASM_NONE};
}

/* --- sections: each takes what is in its section, behind the count; false: malformed or beyond a limit --- */

static bool is_value_type(uint8_t type) {
    return type >= KP_WASM_F64 && type <= KP_WASM_I32;
}

static bool read_types(kp_wasm *wasm, kp_wasm_reader *reader) {
    for (unsigned i = 0; i < wasm->type_count; i++) {
        uint8_t form, parameters, results, type;
        if (!kp_wasm_read_byte(reader, &form) || form != 0x60)
            return false;
        wasm->type_at[i] = (uint16_t)(reader->at - wasm->bytes);
        if (!kp_wasm_read_byte(reader, &parameters) || parameters > 64)
            return false;
        while (parameters--)
            if (!kp_wasm_read_byte(reader, &type) || !is_value_type(type))
                return false;
        if (!kp_wasm_read_byte(reader, &results) || results > 1)
            return false;
        if (results && (!kp_wasm_read_byte(reader, &type) || !is_value_type(type)))
            return false;
    }
    return true;
}

/** The ABI number in an import's name (module "k", decimal field), 0 if it is not one. */
static bool read_import_number(kp_wasm_reader *reader, unsigned *number) {
    uint32_t length;
    uint8_t byte;
    *number = 0;
    if (!kp_wasm_read_u32(reader, &length) || length != 1 || !kp_wasm_read_byte(reader, &byte) || byte != 'k')
        return false;
    if (!kp_wasm_read_u32(reader, &length) || length == 0 || length > 3)
        return false;
    while (length--) {
        if (!kp_wasm_read_byte(reader, &byte) || byte < '0' || byte > '9')
            return false;
        *number = *number * 10 + (byte - '0');
    }
    return true;
}

static uint8_t type_of_letter(char letter) {
    return letter == 'i' ? KP_WASM_I32 : letter == 'I' ? KP_WASM_I64 : letter == 'f' ? KP_WASM_F32 : KP_WASM_F64;
}

static bool signature_matches(kp_wasm_signature signature, const char *letters) {
    for (unsigned i = 0; i < signature.count; i++, letters++)
        if (*letters == 0 || *letters == ' ' || type_of_letter(*letters) != signature.parameters[i])
            return false;
    uint8_t result = *letters == ' ' ? type_of_letter(letters[1]) : KP_WASM_NONE;
    return (*letters == 0 || *letters == ' ') && result == signature.result;
}

static int read_imports(kp_wasm *wasm, kp_wasm_reader *reader, uint32_t *detail) {
    for (unsigned i = 0; i < wasm->import_count; i++) {
        unsigned number;
        uint8_t kind;
        uint32_t type;
        if (!read_import_number(reader, &number) || !kp_wasm_read_byte(reader, &kind) || kind != 0 ||
            !kp_wasm_read_u32(reader, &type) || type >= wasm->type_count)
            return KP_E_MODULE;
        const char *letters = number < 256 ? kp_import_signature(number) : NULL;
        if (!letters || !kp_import_offered(number)) {
            *detail = number;
            return KP_E_CAPABILITY;
        }
        if (!signature_matches(kp_wasm_type(wasm, type), letters))
            return KP_E_MODULE;
        wasm->function_type[i] = (uint8_t)type;
        wasm->import_number[i] = (uint8_t)number;
    }
    return 0;
}

static bool read_functions(kp_wasm *wasm, kp_wasm_reader *reader, uint32_t count) {
    if (count > KP_WASM_FUNCTIONS_MAX || count + wasm->import_count > KP_WASM_FUNCTIONS_MAX)
        return false;
    wasm->function_count = (uint16_t)(wasm->import_count + count);
    for (unsigned i = wasm->import_count; i < wasm->function_count; i++) {
        uint32_t type;
        if (!kp_wasm_read_u32(reader, &type) || type >= wasm->type_count)
            return false;
        wasm->function_type[i] = (uint8_t)type;
    }
    return true;
}

static bool read_table(kp_wasm *wasm, kp_wasm_reader *reader, uint32_t count) {
    uint8_t type, flags;
    uint32_t size, most;
    if (count != 1 || !kp_wasm_read_byte(reader, &type) || type != 0x70 || !kp_wasm_read_byte(reader, &flags) ||
        flags > 1 || !kp_wasm_read_u32(reader, &size) || size > KP_WASM_TABLE_MAX)
        return false;
    wasm->table_size = (uint16_t)size;
    return flags == 0 || (kp_wasm_read_u32(reader, &most) && most >= size);
}

static bool read_memory(kp_wasm *wasm, kp_wasm_reader *reader, uint32_t count) {
    uint8_t limits[3];
    if (count != 1)
        return false;
    for (unsigned i = 0; i < 3; i++)
        if (!kp_wasm_read_byte(reader, &limits[i]) || limits[i] != 1)
            return false;
    wasm->has_memory = true;
    return true;
}

/** Takes a constant expression of that type. */
static bool read_constant(kp_wasm_reader *reader, uint8_t type, int64_t *value) {
    uint8_t opcode, end;
    if (!kp_wasm_read_byte(reader, &opcode) || opcode != 0x41 + (KP_WASM_I32 - type))
        return false;
    bool good = type >= KP_WASM_I64 ? kp_wasm_read_signed(reader, type == KP_WASM_I32 ? 32 : 64, value)
                                    : kp_wasm_skip(reader, type == KP_WASM_F32 ? 4 : 8);
    return good && kp_wasm_read_byte(reader, &end) && end == 0x0b;
}

static bool read_globals(kp_wasm *wasm, kp_wasm_reader *reader) {
    for (unsigned i = 0; i < wasm->global_count; i++) {
        uint8_t type, is_mutable;
        int64_t value;
        if (!kp_wasm_read_byte(reader, &type) || !is_value_type(type) || !kp_wasm_read_byte(reader, &is_mutable) ||
            is_mutable > 1 || !read_constant(reader, type, &value))
            return false;
        wasm->global_type[i] = (uint8_t)(type | (is_mutable ? KP_WASM_MUTABLE : 0U));
        wasm->mutable_count = (uint16_t)(wasm->mutable_count + is_mutable);
    }
    return wasm->mutable_count <= KP_WASM_MUTABLE_MAX;
}

static bool read_exports(kp_wasm *wasm, kp_wasm_reader *reader) {
    for (unsigned i = 0; i < wasm->export_count; i++) {
        uint32_t length, function;
        uint8_t kind;
        if (!kp_wasm_read_u32(reader, &length) || !kp_wasm_skip(reader, length) || !kp_wasm_read_byte(reader, &kind) ||
            kind != 0 || !kp_wasm_read_u32(reader, &function) || function >= wasm->function_count)
            return false;
    }
    return true;
}

static bool read_elements(kp_wasm *wasm, kp_wasm_reader *reader) {
    for (unsigned i = 0; i < wasm->element_count; i++) {
        uint32_t flags, count, function;
        int64_t offset = 0;
        if (!kp_wasm_read_u32(reader, &flags) || flags != 0 || !read_constant(reader, KP_WASM_I32, &offset) ||
            !kp_wasm_read_u32(reader, &count) || offset < 0 || offset + (int64_t)count > wasm->table_size)
            return false;
        while (count--)
            if (!kp_wasm_read_u32(reader, &function) || function >= wasm->function_count)
                return false;
    }
    return true;
}

static bool read_code(kp_wasm *wasm, kp_wasm_reader *reader, uint32_t count) {
    if (count != (uint32_t)(wasm->function_count - wasm->import_count))
        return false;
    while (count--) {
        uint32_t size;
        if (!kp_wasm_read_u32(reader, &size) || !kp_wasm_skip(reader, size))
            return false;
    }
    return true;
}

static bool read_data(kp_wasm *wasm, kp_wasm_reader *reader) {
    for (unsigned i = 0; i < wasm->data_count; i++) {
        uint32_t flags, count;
        int64_t offset = 0;
        if (!wasm->has_memory || !kp_wasm_read_u32(reader, &flags) || flags != 0 ||
            !read_constant(reader, KP_WASM_I32, &offset) || !kp_wasm_read_u32(reader, &count) || offset < 0 ||
            offset + (int64_t)count > wasm->memory_bytes || !kp_wasm_skip(reader, count))
            return false;
    }
    return true;
}

enum section {
    CUSTOM,
    TYPES,
    IMPORTS,
    FUNCTIONS,
    TABLE,
    MEMORY,
    GLOBALS,
    EXPORTS,
    START,
    ELEMENTS,
    CODE,
    DATA,
};

/** Notes where a section's items begin and how many there are, if that is in the limit. */
static bool note(kp_wasm_place *place, uint16_t *number, const kp_wasm_reader *reader, uint32_t count, uint32_t most) {
    *place = reader->at;
    *number = (uint16_t)count;
    return count <= most;
}

static int read_section(kp_wasm *wasm, uint8_t section, kp_wasm_reader *reader, uint32_t *detail) {
    uint32_t count;
    bool good = false;
    if (!kp_wasm_read_u32(reader, &count))
        return KP_E_MODULE;
    switch (section) {
    case TYPES:
        good = note(&wasm->types, &wasm->type_count, reader, count, KP_WASM_TYPES_MAX) && read_types(wasm, reader);
        break;
    case IMPORTS:
        if (!note(&wasm->imports, &wasm->import_count, reader, count, KP_WASM_FUNCTIONS_MAX))
            return KP_E_MODULE;
        wasm->function_count = wasm->import_count;
        return read_imports(wasm, reader, detail);
    case FUNCTIONS:
        wasm->functions = reader->at;
        good = read_functions(wasm, reader, count);
        break;
    case TABLE:
        good = read_table(wasm, reader, count);
        break;
    case MEMORY:
        good = read_memory(wasm, reader, count);
        break;
    case GLOBALS:
        good =
            note(&wasm->globals, &wasm->global_count, reader, count, KP_WASM_GLOBALS_MAX) && read_globals(wasm, reader);
        break;
    case EXPORTS:
        good = note(&wasm->exports, &wasm->export_count, reader, count, 254) && read_exports(wasm, reader);
        break;
    case ELEMENTS:
        good = note(&wasm->elements, &wasm->element_count, reader, count, KP_WASM_TABLE_MAX) &&
               read_elements(wasm, reader);
        break;
    case CODE:
        wasm->code = reader->at;
        good = read_code(wasm, reader, count);
        break;
    case DATA:
        good = note(&wasm->data, &wasm->data_count, reader, count, 255) && read_data(wasm, reader);
        break;
    default: /* a start section, or one of a later version */
        break;
    }
    return good ? 0 : KP_E_MODULE;
}

int kp_wasm_check(kp_wasm *wasm, const uint8_t *bytes, size_t count, uint32_t memory_bytes, uint32_t *detail) {
    static const uint8_t magic[8] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    memset(wasm, 0, sizeof *wasm);
    if (count < 8 || count > KP_MODULE_MAX || memcmp(bytes, magic, 8) != 0)
        return KP_E_MODULE;
    wasm->bytes = bytes;
    wasm->end = bytes + count;
    wasm->memory_bytes = memory_bytes;
    kp_wasm_reader reader = {bytes + 8, bytes + count};
    uint8_t last = 0;
    while (reader.at != reader.end) {
        uint8_t section;
        uint32_t size;
        kp_wasm_read_byte(&reader, &section);
        if (!kp_wasm_read_u32(&reader, &size) || size > (size_t)(reader.end - reader.at))
            return KP_E_MODULE;
        kp_wasm_reader inner = {reader.at, reader.at + size};
        reader.at += size;
        if (section == CUSTOM)
            continue;
        int error = section <= last ? KP_E_MODULE : read_section(wasm, section, &inner, detail);
        if (error != 0)
            return error;
        if (inner.at != inner.end)
            return KP_E_MODULE;
        last = section;
    }
    if (wasm->has_memory ? memory_bytes == 0 || memory_bytes > 65536 : memory_bytes != 0)
        return KP_E_MODULE;
    if (!wasm->code && wasm->function_count != wasm->import_count)
        return KP_E_MODULE;
    return kp_wasm_check_code(wasm);
}
