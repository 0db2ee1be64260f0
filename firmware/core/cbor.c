#include "cbor.h"

#include <string.h>

#define NESTING_MAX 16

kp_cbor_reader kp_cbor_read(const uint8_t *bytes, size_t count) {
    return (kp_cbor_reader){bytes, bytes + count, false, false};
}

enum kp_cbor_major kp_cbor_peek(const kp_cbor_reader *reader) {
    return reader->bad || reader->at == reader->end ? KP_CBOR_NONE : (enum kp_cbor_major)(*reader->at >> 5);
}

bool kp_cbor_done(const kp_cbor_reader *reader) {
    return !reader->bad && reader->at == reader->end;
}

static enum kp_cbor_major refuse(kp_cbor_reader *reader, uint64_t *argument) {
    reader->bad = true;
    *argument = 0;
    return KP_CBOR_NONE;
}

/** True if a float of 8 or 4 bytes would have fit in half of that: then its encoding is not the shortest. */
static bool float_too_long(unsigned info, uint64_t bits) {
    uint8_t bytes[9];
    kp_cbor_writer writer = kp_cbor_write(bytes, sizeof bytes);
    if (info == 27)
        kp_cbor_put_f64(&writer, bits);
    else if (info == 26)
        kp_cbor_put_f32(&writer, (uint32_t)bits);
    else
        return (bits & 0x7fffU) > 0x7c00U && bits != 0x7e00U; /* the one NaN */
    return kp_cbor_written(&writer) != (info == 27 ? 9U : 5U);
}

enum kp_cbor_major kp_cbor_head(kp_cbor_reader *reader, uint64_t *argument) {
    enum kp_cbor_major major = kp_cbor_peek(reader);
    if (major == KP_CBOR_NONE)
        return refuse(reader, argument);
    unsigned info = *reader->at & 0x1fU;
    uint64_t value = info;
    size_t size = 0;
    if (info >= 24) {
        size = info < 28 ? (size_t)1 << (info - 24) : 0;
        if (size == 0 || (size_t)(reader->end - reader->at) < 1 + size)
            return refuse(reader, argument);
        value = 0;
        for (size_t i = 1; i <= size; i++)
            value = value << 8 | reader->at[i];
        bool is_float = major == KP_CBOR_SIMPLE;
        if (is_float ? size < 2 || float_too_long(info, value) : value < (size == 1 ? 24 : UINT64_C(1) << (size * 4)))
            return refuse(reader, argument);
    }
    reader->at += 1 + size;
    *argument = value;
    return major;
}

uint64_t kp_cbor_uint(kp_cbor_reader *reader, uint64_t max) {
    uint64_t value;
    if (kp_cbor_head(reader, &value) != KP_CBOR_UINT || value > max)
        refuse(reader, &value);
    return value;
}

int64_t kp_cbor_int(kp_cbor_reader *reader) {
    uint64_t value;
    enum kp_cbor_major major = kp_cbor_head(reader, &value);
    if (major > KP_CBOR_NINT || value > INT64_MAX) {
        refuse(reader, &value);
        return 0;
    }
    return major == KP_CBOR_UINT ? (int64_t)value : -1 - (int64_t)value;
}

static bool take_byte(kp_cbor_reader *reader, uint8_t byte) {
    bool is_next = !reader->bad && reader->at != reader->end && *reader->at == byte;
    reader->at += is_next;
    return is_next;
}

bool kp_cbor_bool(kp_cbor_reader *reader) {
    bool value = take_byte(reader, KP_CBOR_TRUE);
    if (!value && !take_byte(reader, KP_CBOR_FALSE))
        reader->bad = true;
    return value;
}

bool kp_cbor_take_undefined(kp_cbor_reader *reader) {
    return take_byte(reader, KP_CBOR_UNDEFINED);
}

bool kp_cbor_take_null(kp_cbor_reader *reader) {
    return take_byte(reader, KP_CBOR_NULL);
}

static const uint8_t *take_string(kp_cbor_reader *reader, enum kp_cbor_major major, size_t *count) {
    uint64_t value;
    *count = 0;
    if (kp_cbor_head(reader, &value) != major || value > (uint64_t)(reader->end - reader->at)) {
        reader->bad = true;
        return NULL;
    }
    const uint8_t *bytes = reader->at;
    *count = (size_t)value;
    reader->at += value;
    return bytes;
}

const uint8_t *kp_cbor_bytes(kp_cbor_reader *reader, size_t *count) {
    return take_string(reader, KP_CBOR_BYTES, count);
}

const uint8_t *kp_cbor_text(kp_cbor_reader *reader, size_t *count) {
    return take_string(reader, KP_CBOR_TEXT, count);
}

static uint32_t take_count(kp_cbor_reader *reader, enum kp_cbor_major major) {
    uint64_t value;
    /* Each item takes a byte at least: a larger count cannot be true. */
    if (kp_cbor_head(reader, &value) != major || value > (uint64_t)(reader->end - reader->at))
        refuse(reader, &value);
    return (uint32_t)value;
}

uint32_t kp_cbor_array(kp_cbor_reader *reader) {
    return take_count(reader, KP_CBOR_ARRAY);
}

uint32_t kp_cbor_map(kp_cbor_reader *reader) {
    return take_count(reader, KP_CBOR_MAP);
}

/** Length of a valid UTF-8 sequence at `at`, 0 if there is none. */
static size_t utf8_sequence(const uint8_t *at, const uint8_t *end) {
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : at[0] < 0xf5 ? 4 : 0;
    if (size == 0 || (size_t)(end - at) < size)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool surrogate = at[0] == 0xed && at[1] > 0x9f;
    bool too_large = at[0] == 0xf4 && at[1] > 0x8f;
    return overlong || surrogate || too_large ? 0 : size;
}

static bool is_utf8(const uint8_t *at, size_t count) {
    const uint8_t *end = at + count;
    while (at != end) {
        size_t size = utf8_sequence(at, end);
        if (size == 0)
            return false;
        at += size;
    }
    return true;
}

static void skip(kp_cbor_reader *reader, unsigned depth);

/** Takes the pairs of a map: text keys in ascending bytewise order of their encoding, none twice. */
static void skip_map(kp_cbor_reader *reader, uint64_t pairs, unsigned depth) {
    const uint8_t *last = NULL;
    size_t last_count = 0;
    for (uint64_t i = 0; i < pairs && !reader->bad; i++) {
        const uint8_t *key = reader->at;
        if (kp_cbor_peek(reader) != KP_CBOR_TEXT)
            reader->bad = true;
        skip(reader, depth);
        size_t count = (size_t)(reader->at - key);
        size_t common = count < last_count ? count : last_count;
        /* No encoded text is the beginning of another, so that the common part decides. */
        if (last && memcmp(last, key, common) >= 0)
            reader->bad = true;
        last = key;
        last_count = count;
        skip(reader, depth);
    }
}

static void skip(kp_cbor_reader *reader, unsigned depth) {
    const uint8_t *start = reader->at;
    uint64_t value;
    size_t left;
    enum kp_cbor_major major = kp_cbor_head(reader, &value);
    left = (size_t)(reader->end - reader->at);
    if (major >= KP_CBOR_BYTES && major <= KP_CBOR_MAP && value > left)
        reader->bad = true;
    if ((major == KP_CBOR_ARRAY || major == KP_CBOR_MAP) && depth >= NESTING_MAX)
        reader->bad = true;
    if (reader->bad)
        return;
    switch (major) {
    case KP_CBOR_TEXT:
    case KP_CBOR_BYTES:
        if (major == KP_CBOR_TEXT && !is_utf8(reader->at, (size_t)value))
            reader->bad = true;
        reader->at += value;
        break;
    case KP_CBOR_ARRAY:
        for (uint64_t i = 0; i < value && !reader->bad; i++)
            skip(reader, depth + 1);
        break;
    case KP_CBOR_MAP:
        skip_map(reader, value, depth + 1);
        break;
    case KP_CBOR_NINT:
        reader->bad = value > INT64_MAX;
        break;
    case KP_CBOR_TAG:
        reader->bad = true; /* reserved */
        break;
    case KP_CBOR_SIMPLE:
        reader->bad = *start < KP_CBOR_FALSE || (*start > KP_CBOR_NULL && *start < 0xf9 && !reader->lenient) ||
                      (*start > KP_CBOR_UNDEFINED && *start < 0xf9); /* not false … null or a float */
        break;
    default:
        break;
    }
}

const uint8_t *kp_cbor_item(kp_cbor_reader *reader, size_t *count) {
    const uint8_t *start = reader->at;
    skip(reader, 0);
    *count = reader->bad ? 0 : (size_t)(reader->at - start);
    return reader->bad ? NULL : start;
}

kp_cbor_writer kp_cbor_write(uint8_t *bytes, size_t room) {
    return (kp_cbor_writer){bytes, bytes, bytes + room, false};
}

void kp_cbor_put_raw(kp_cbor_writer *writer, const uint8_t *bytes, size_t count) {
    if (writer->full || (size_t)(writer->end - writer->at) < count) {
        writer->full = true;
        return;
    }
    if (count)
        memcpy(writer->at, bytes, count);
    writer->at += count;
}

/** A head with an argument of exactly `size` bytes (0: in the initial byte). */
static void put_sized(kp_cbor_writer *writer, unsigned initial, uint64_t argument, unsigned size) {
    uint8_t bytes[9];
    bytes[0] = (uint8_t)initial;
    for (unsigned i = size; i > 0; i--, argument >>= 8)
        bytes[i] = (uint8_t)argument;
    kp_cbor_put_raw(writer, bytes, 1 + size);
}

void kp_cbor_put_head(kp_cbor_writer *writer, enum kp_cbor_major major, uint64_t argument) {
    unsigned initial = (unsigned)major << 5;
    if (argument < 24)
        put_sized(writer, initial | (unsigned)argument, 0, 0);
    else if (argument <= UINT8_MAX)
        put_sized(writer, initial | 24, argument, 1);
    else if (argument <= UINT16_MAX)
        put_sized(writer, initial | 25, argument, 2);
    else if (argument <= UINT32_MAX)
        put_sized(writer, initial | 26, argument, 4);
    else
        put_sized(writer, initial | 27, argument, 8);
}

void kp_cbor_put_uint(kp_cbor_writer *writer, uint64_t value) {
    kp_cbor_put_head(writer, KP_CBOR_UINT, value);
}

void kp_cbor_put_int(kp_cbor_writer *writer, int64_t value) {
    kp_cbor_put_head(writer, value < 0 ? KP_CBOR_NINT : KP_CBOR_UINT, (uint64_t)(value < 0 ? -1 - value : value));
}

void kp_cbor_put_bool(kp_cbor_writer *writer, bool value) {
    put_sized(writer, value ? KP_CBOR_TRUE : KP_CBOR_FALSE, 0, 0);
}

void kp_cbor_put_null(kp_cbor_writer *writer) {
    put_sized(writer, KP_CBOR_NULL, 0, 0);
}

void kp_cbor_put_bytes(kp_cbor_writer *writer, const uint8_t *bytes, size_t count) {
    kp_cbor_put_head(writer, KP_CBOR_BYTES, count);
    kp_cbor_put_raw(writer, bytes, count);
}

void kp_cbor_put_text(kp_cbor_writer *writer, const char *text, size_t count) {
    kp_cbor_put_head(writer, KP_CBOR_TEXT, count);
    kp_cbor_put_raw(writer, (const uint8_t *)text, count);
}

void kp_cbor_put_array(kp_cbor_writer *writer, uint32_t items) {
    kp_cbor_put_head(writer, KP_CBOR_ARRAY, items);
}

void kp_cbor_put_map(kp_cbor_writer *writer, uint32_t pairs) {
    kp_cbor_put_head(writer, KP_CBOR_MAP, pairs);
}

int32_t kp_cbor_half(uint32_t bits) {
    uint32_t sign = bits >> 16 & 0x8000U, exponent = bits >> 23 & 0xffU, fraction = bits & 0x7fffffU;
    if (exponent == 255)
        return (int32_t)(fraction ? 0x7e00U : sign | 0x7c00U);
    if (exponent == 0)
        return fraction ? -1 : (int32_t)sign;
    int32_t scaled = (int32_t)exponent - 127 + 15;
    if (scaled >= 31)
        return -1;
    if (scaled > 0)
        return fraction & 0x1fffU ? -1 : (int32_t)(sign | (uint32_t)scaled << 10 | fraction >> 13);
    /* subnormal half: the fraction with its leading one, shifted down */
    uint32_t shift = (uint32_t)(14 - scaled);
    uint32_t full = fraction | 0x800000U;
    if (shift > 23 || full & ((1U << shift) - 1U))
        return -1;
    return (int32_t)(sign | full >> shift);
}

void kp_cbor_put_f32(kp_cbor_writer *writer, uint32_t bits) {
    int32_t half = kp_cbor_half(bits);
    if (half >= 0)
        put_sized(writer, 0xf9, (uint32_t)half, 2);
    else
        put_sized(writer, 0xfa, bits, 4);
}

void kp_cbor_put_f64(kp_cbor_writer *writer, uint64_t bits) {
    uint64_t fraction = bits & UINT64_C(0xfffffffffffff);
    double value;
    memcpy(&value, &bits, sizeof value);
    if ((bits >> 52 & 0x7ffU) == 0x7ffU) { /* NaN, infinity: the single of the same kind */
        uint32_t sign = (uint32_t)(bits >> 32) & 0x80000000U;
        kp_cbor_put_f32(writer, sign | 0x7f800000U | (fraction ? 0x400000U : 0U));
        return;
    }
    /* Beyond the singles' range the conversion would be undefined; what lies just within rounds and differs. */
    if (value <= 3.4028234663852886e38 && value >= -3.4028234663852886e38) {
        float single = (float)value;
        uint32_t single_bits;
        memcpy(&single_bits, &single, sizeof single_bits);
        if ((double)single == value) {
            kp_cbor_put_f32(writer, single_bits);
            return;
        }
    }
    put_sized(writer, 0xfb, bits, 8);
}
