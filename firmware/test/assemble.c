#include "assemble.h"

#include "cbor.h"
#include "check.h"

#define PIECE 2048

/** Bytes being put together. */
typedef struct piece {
    uint8_t bytes[PIECE];
    size_t count;
} piece;

static void put(piece *p, unsigned byte) {
    CHECK(p->count < PIECE);
    p->bytes[p->count++] = (uint8_t)byte;
}

static void put_u32(piece *p, uint32_t value) {
    for (; value >= 0x80; value >>= 7)
        put(p, (value & 0x7fU) | 0x80U);
    put(p, value);
}

static void put_signed(piece *p, int64_t value) {
    while (value < -64 || value > 63) {
        put(p, ((unsigned)value & 0x7fU) | 0x80U);
        value >>= 7;
    }
    put(p, (unsigned)value & 0x7fU);
}

static void put_piece(piece *p, const piece *other) {
    for (size_t i = 0; i < other->count; i++)
        put(p, other->bytes[i]);
}

/** Appends numbers in a base up to the end of the item. */
static const char *put_numbers(piece *p, const char *at, int base) {
    for (;;) {
        while (*at == ' ')
            at++;
        if (*at == 0 || *at == ';')
            return at;
        char *end;
        put_u32(p, (uint32_t)strtoul(at, &end, base));
        CHECK(end != at);
        at = end;
    }
}

static const char *put_hex(piece *p, const char *at) {
    for (;;) {
        while (*at == ' ')
            at++;
        if (*at == 0 || *at == ';')
            return at;
        const char digits[3] = {at[0], at[1], 0};
        put(p, (unsigned)strtoul(digits, NULL, 16));
        at += 2;
    }
}

static unsigned type_of(char letter) {
    return letter == 'i' ? 0x7f : letter == 'I' ? 0x7e : letter == 'f' ? 0x7d : 0x7c;
}

static const char *put_type(piece *p, const char *at) {
    const char *end = at + strcspn(at, ":;");
    put(p, 0x60);
    put(p, (unsigned)(end - at));
    while (at != end)
        put(p, type_of(*at++));
    put(p, *at == ':');
    if (*at == ':') {
        put(p, type_of(at[1]));
        at += 2;
    }
    return at;
}

static const char *put_import(piece *p, const char *at) {
    char *end;
    put(p, 1);
    put(p, 'k');
    size_t digits = strcspn(at, " ");
    put(p, (unsigned)digits);
    for (size_t i = 0; i < digits; i++)
        put(p, (unsigned char)at[i]);
    put(p, 0);
    put_u32(p, (uint32_t)strtoul(at + digits, &end, 10));
    return end;
}

static const char *put_function_type(piece *p, const char *at) {
    put(p, (unsigned)strtoul(at, NULL, 16));
    return at + strcspn(at, ";");
}

static const char *put_body(piece *p, const char *at) {
    piece body = {.count = 0};
    at += strcspn(at, " ");
    at = put_hex(&body, at);
    put_u32(p, (uint32_t)body.count);
    put_piece(p, &body);
    return at;
}

static const char *put_global(piece *p, const char *at) {
    char letter = *at;
    char *end;
    put(p, type_of(letter));
    double value = strtod(at + 1, &end);
    put(p, strncmp(end, " const", 6) != 0);
    put(p, 0x41 + (0x7f - type_of(letter)));
    if (letter == 'i' || letter == 'I') {
        put_signed(p, (int64_t)value);
    } else {
        uint8_t bytes[8];
        float single = (float)value;
        memcpy(bytes, letter == 'f' ? (void *)&single : (void *)&value, letter == 'f' ? 4 : 8);
        for (unsigned i = 0; i < (letter == 'f' ? 4 : 8); i++)
            put(p, bytes[i]);
    }
    put(p, 0x0b);
    return end + strcspn(end, ";");
}

static const char *put_data(piece *p, const char *at) {
    piece bytes = {.count = 0};
    char *end;
    put(p, 0);
    put(p, 0x41);
    put_signed(p, (int64_t)strtoul(at, &end, 16));
    put(p, 0x0b);
    at = put_hex(&bytes, end);
    put_u32(p, (uint32_t)bytes.count);
    put_piece(p, &bytes);
    return at;
}

/** Every item of a list by one function; returns how many there were. */
static uint32_t put_list(piece *p, const char *list, const char *(*put_item)(piece *, const char *)) {
    uint32_t count = 0;
    while (list) {
        list = put_item(p, list);
        count++;
        list = *list == ';' ? list + 1 : NULL;
    }
    return count;
}

static void put_section(piece *module, unsigned id, const piece *content) {
    put(module, id);
    put_u32(module, (uint32_t)content->count);
    put_piece(module, content);
}

static void section(piece *module, unsigned id, const char *list, const char *(*put_item)(piece *, const char *)) {
    piece items = {.count = 0}, content = {.count = 0};
    if (!list)
        return;
    put_u32(&content, put_list(&items, list, put_item));
    put_piece(&content, &items);
    put_section(module, id, &content);
}

/** Functions by number: in a table or exported. */
static void function_list(piece *module, unsigned id, const char *list) {
    piece content = {.count = 0}, numbers = {.count = 0};
    if (!list)
        return;
    put_numbers(&numbers, list, 10);
    if (id == 9) { /* one segment at 0 */
        const uint8_t head[] = {1, 0, 0x41, 0, 0x0b};
        for (size_t i = 0; i < sizeof head; i++)
            put(&content, head[i]);
    }
    put_u32(&content, (uint32_t)numbers.count);
    for (size_t i = 0; i < numbers.count; i++) {
        if (id == 7) {
            put(&content, 1);
            put(&content, 'a' + (unsigned)i);
            put(&content, 0);
        }
        put(&content, numbers.bytes[i]);
    }
    put_section(module, id, &content);
}

/* --- manifest --- */

static void put_cbor_numbers(kp_cbor_writer *w, const char *list, bool with_names) {
    uint32_t numbers[64];
    uint32_t count = 0;
    while (list && *list && *list != ';') {
        char *end;
        numbers[count++] = (uint32_t)strtoul(list, &end, 10);
        list = end + strspn(end, " ");
    }
    kp_cbor_put_array(w, with_names ? 2 * count : count);
    for (uint32_t i = 0; i < count; i++) {
        if (with_names)
            kp_cbor_put_text(w, &"abcdefghijklmnopqrstuvwxyz"[i % 26], 1);
        kp_cbor_put_uint(w, numbers[i]);
    }
}

static uint32_t items_in(const char *list) {
    uint32_t count = list != NULL;
    for (; list && *list; list++)
        count += *list == ';';
    return count;
}

static void put_manifest(piece *module, const module_text *text) {
    uint8_t buffer[1024];
    char bounds[16];
    kp_cbor_writer w = kp_cbor_write(buffer, sizeof buffer);
    kp_cbor_put_array(&w, 9);
    kp_cbor_put_uint(&w, 1);
    kp_cbor_put_text(&w, "Test", 4);
    put_cbor_numbers(&w, text->inports, true);
    put_cbor_numbers(&w, text->outports, true);
    kp_cbor_put_array(&w, items_in(text->actions));
    for (const char *at = text->actions; at; at = strchr(at, ';') ? strchr(at, ';') + 1 : NULL)
        put_cbor_numbers(&w, at, false);
    put_cbor_numbers(&w, text->global_types, true);
    kp_cbor_put_array(&w, items_in(text->arguments));
    piece arguments = {.count = 0};
    put_list(&arguments, text->arguments, put_hex);
    kp_cbor_put_raw(&w, arguments.bytes, arguments.count);
    snprintf(bounds, sizeof bounds, "%u", text->memory);
    put_cbor_numbers(&w, bounds, false);
    put_cbor_numbers(&w, text->roles, false);
    CHECK(!w.full);
    piece content = {.count = 0};
    put(&content, 5);
    for (const char *name = "kappa"; *name; name++)
        put(&content, (unsigned char)*name);
    for (size_t i = 0; i < kp_cbor_written(&w); i++)
        put(&content, buffer[i]);
    put_section(module, 0, &content);
}

size_t assemble(const module_text *text, uint8_t *bytes, size_t room) {
    static const uint8_t memory[] = {1, 1, 1, 1};
    piece module = {.bytes = {0, 'a', 's', 'm', 1, 0, 0, 0}, .count = 8};
    section(&module, 1, text->types, put_type);
    section(&module, 2, text->imports, put_import);
    section(&module, 3, text->functions, put_function_type);
    if (text->table) {
        piece numbers = {.count = 0}, table = {.count = 0};
        put_numbers(&numbers, text->table, 10);
        put(&table, 1);
        put(&table, 0x70);
        put(&table, 0);
        put_u32(&table, (uint32_t)numbers.count);
        put_section(&module, 4, &table);
    }
    if (text->memory) {
        piece content = {.count = sizeof memory};
        memcpy(content.bytes, memory, sizeof memory);
        put_section(&module, 5, &content);
    }
    section(&module, 6, text->globals, put_global);
    function_list(&module, 7, text->exports);
    function_list(&module, 9, text->table);
    section(&module, 10, text->functions, put_body);
    section(&module, 11, text->data, put_data);
    put_manifest(&module, text);
    CHECK(module.count <= room);
    memcpy(bytes, module.bytes, module.count);
    return module.count;
}
