/* Texts, byte strings and arrays between tokens and an actor's memory. */
#include "token.h"

#include "cbor.h"
#include "kp_error.h"

#include <string.h>

#define REPLACEMENT 0xfffdU

/** UTF-16 units of good UTF-8: one a sequence, two for those of four bytes. */
static int utf16_units(const uint8_t *at, size_t count) {
    int units = 0;
    for (size_t i = 0; i < count; i++)
        units += ((at[i] & 0xc0U) != 0x80U) + (at[i] >= 0xf0U);
    return units;
}

static int array_size(kp_type element, kp_cbor_reader *reader) {
    uint32_t slots[2];
    uint32_t items = kp_cbor_array(reader);
    for (uint32_t i = 0; i < items; i++) {
        const uint8_t *item = reader->at;
        if (kp_token_get(element, item, slots) != 0)
            return KP_E_ARGUMENT;
        reader->at += kp_token_scalar_length(*item);
    }
    return (int)items;
}

int kp_token_size(kp_type type, const uint8_t *bytes, size_t count) {
    kp_cbor_reader reader = kp_cbor_read(bytes, count);
    enum kp_cbor_major major = kp_cbor_peek(&reader);
    size_t size = 0;
    if (type == KP_TYPE_TEXT && major == KP_CBOR_TEXT) {
        const uint8_t *text = kp_cbor_text(&reader, &size);
        return utf16_units(text, size);
    }
    if (type == KP_TYPE_BYTES && major == KP_CBOR_BYTES) {
        kp_cbor_bytes(&reader, &size);
        return (int)size;
    }
    if (kp_type_array(type) && major == KP_CBOR_ARRAY)
        return array_size(type & 0x0fU, &reader);
    return KP_E_ARGUMENT;
}

static uint8_t *put_unit(uint8_t *memory, uint32_t unit) {
    memory[0] = (uint8_t)unit;
    memory[1] = (uint8_t)(unit >> 8);
    return memory + 2;
}

/** Good UTF-8 to UTF-16LE. */
static void utf16_write(const uint8_t *at, size_t count, uint8_t *memory) {
    const uint8_t *end = at + count;
    while (at != end) {
        uint32_t first = *at++;
        if (first < 0x80) {
            memory = put_unit(memory, first);
            continue;
        }
        unsigned more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
        uint32_t point = first & (0x3fU >> more);
        while (more--)
            point = point << 6 | (*at++ & 0x3fU);
        if (point >= 0x10000U) {
            memory = put_unit(memory, 0xd7c0U + (point >> 10));
            point = 0xdc00U | (point & 0x3ffU);
        }
        memory = put_unit(memory, point);
    }
}

static void array_read(kp_type element, kp_cbor_reader *reader, uint8_t *memory) {
    uint32_t slots[2];
    uint32_t items = kp_cbor_array(reader);
    unsigned size = kp_type_size(element);
    for (uint32_t i = 0; i < items; i++, memory += size) {
        kp_token_get(element, reader->at, slots);
        reader->at += kp_token_scalar_length(*reader->at);
        memcpy(memory, slots, size); /* both are little-endian */
    }
}

void kp_token_read(kp_type type, const uint8_t *bytes, size_t count, uint8_t *memory) {
    kp_cbor_reader reader = kp_cbor_read(bytes, count);
    size_t size = 0;
    const uint8_t *string;
    switch (type) {
    case KP_TYPE_TEXT:
        string = kp_cbor_text(&reader, &size);
        utf16_write(string, size, memory);
        break;
    case KP_TYPE_BYTES:
        string = kp_cbor_bytes(&reader, &size);
        if (size)
            memcpy(memory, string, size);
        break;
    default:
        array_read(type & 0x0fU, &reader, memory);
        break;
    }
}

/** Takes the next code point of UTF-16LE; a lone surrogate is U+FFFD. */
static uint32_t next_point(const uint8_t **memory, const uint8_t *end) {
    const uint8_t *at = *memory;
    uint32_t unit = (uint32_t)at[1] << 8 | at[0];
    *memory = at + 2;
    if ((unit & 0xf800U) != 0xd800U)
        return unit;
    if (unit >= 0xdc00U || at + 2 == end || (at[3] & 0xfcU) != 0xdcU)
        return REPLACEMENT;
    uint32_t low = (uint32_t)at[3] << 8 | at[2];
    *memory = at + 4;
    return 0x10000U + ((unit & 0x3ffU) << 10) + (low & 0x3ffU);
}

size_t kp_utf8_size(const uint8_t *memory, uint32_t units) {
    const uint8_t *end = memory + (size_t)units * 2;
    size_t size = 0;
    while (memory != end) {
        uint32_t point = next_point(&memory, end);
        size += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }
    return size;
}

void kp_utf8_write(const uint8_t *memory, uint32_t units, uint8_t *bytes) {
    static const uint8_t lead[4] = {0, 0xc0, 0xe0, 0xf0};
    const uint8_t *end = memory + (size_t)units * 2;
    while (memory != end) {
        uint32_t point = next_point(&memory, end);
        unsigned more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
        *bytes++ = (uint8_t)(lead[more] | point >> (6 * more));
        while (more--)
            *bytes++ = (uint8_t)(0x80U | (point >> (6 * more) & 0x3fU));
    }
}

/** The head of a string or array token if it and its content fit. */
static int put_head(enum kp_cbor_major major, size_t count, size_t content, uint8_t *bytes, size_t room) {
    kp_cbor_writer writer = kp_cbor_write(bytes, room);
    kp_cbor_put_head(&writer, major, count);
    size_t head = kp_cbor_written(&writer);
    return writer.full || content > room - head ? KP_E_FULL : (int)head;
}

int kp_token_put_text(const uint8_t *memory, uint32_t units, uint8_t *bytes, size_t room) {
    if (units > room) /* each unit takes a byte at least */
        return KP_E_FULL;
    size_t size = kp_utf8_size(memory, units);
    int head = put_head(KP_CBOR_TEXT, size, size, bytes, room);
    if (head < 0)
        return head;
    kp_utf8_write(memory, units, bytes + head);
    return head + (int)size;
}

int kp_token_put_bytes(const uint8_t *memory, uint32_t length, uint8_t *bytes, size_t room) {
    int head = put_head(KP_CBOR_BYTES, length, length, bytes, room);
    if (head < 0)
        return head;
    if (length)
        memcpy(bytes + head, memory, length);
    return head + (int)length;
}

int kp_token_put_array(kp_type element, const uint8_t *memory, uint32_t count, uint8_t *bytes, size_t room) {
    int head = put_head(KP_CBOR_ARRAY, count, count, bytes, room);
    if (head < 0)
        return head;
    unsigned size = kp_type_size(element);
    size_t used = (size_t)head;
    for (uint32_t i = 0; i < count; i++, memory += size) {
        uint32_t slots[2] = {0, 0};
        uint8_t item[KP_SCALAR_MAX];
        memcpy(slots, memory, size);
        unsigned length = kp_token_put(element, slots, item);
        if (length > room - used)
            return KP_E_FULL;
        memcpy(bytes + used, item, length);
        used += length;
    }
    return (int)used;
}
