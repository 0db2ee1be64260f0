#include "token.h"

#include "cbor.h"
#include "kp_error.h"

#include <string.h>

/* Largest token of a scalar; bytes of a scalar in memory. By type code. */
static const uint8_t largest[12] = {0, 1, 5, 5, 9, 9, 5, 9, 2, 2, 3, 3};
static const uint8_t element_size[12] = {0, 1, 4, 4, 8, 8, 4, 8, 1, 1, 2, 2};

bool kp_type_valid(kp_type type) {
    if (kp_type_array(type))
        return kp_type_scalar(type & 0x0fU);
    return type <= KP_TYPE_BYTES;
}

uint8_t kp_type_max(kp_type type) {
    return kp_type_scalar(type) ? largest[type] : 0;
}

unsigned kp_type_size(kp_type type) {
    return element_size[type];
}

int kp_token_length(const uint8_t *bytes, size_t count) {
    kp_cbor_reader reader = kp_cbor_read(bytes, count);
    size_t size = 0;
    if (count && bytes[0] == KP_TOKEN_END)
        return 1;
    if (count && bytes[0] == KP_TOKEN_EXCEPTION) {
        reader.at++;
        if (kp_cbor_peek(&reader) != KP_CBOR_TEXT || !kp_cbor_item(&reader, &size))
            return KP_E_MALFORMED;
        return (int)size + 1;
    }
    return kp_cbor_item(&reader, &size) ? (int)size : KP_E_MALFORMED;
}

static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/** The argument of a good item: reads 1, 2, 4 or 8 bytes big-endian behind the first. */
static uint64_t argument_of(const uint8_t *bytes) {
    unsigned info = bytes[0] & 0x1fU;
    if (info < 24)
        return info;
    uint32_t low = 0;
    uint32_t high = 0;
    switch (info) {
    case 24:
        return bytes[1];
    case 25:
        return (uint32_t)bytes[1] << 8 | bytes[2];
    case 27:
        high = big_endian(bytes + 1);
        bytes += 4;
        break;
    default:
        break;
    }
    low = big_endian(bytes + 1);
    return (uint64_t)high << 32 | low;
}

static float f32_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t bits_of_f32(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double f64_of(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/** Half-precision bits to single-precision bits. */
static uint32_t half_to_single(uint32_t half) {
    uint32_t sign = (half & 0x8000U) << 16, exponent = half >> 10 & 0x1fU, fraction = half & 0x3ffU;
    if (exponent == 31)
        return sign | 0x7f800000U | fraction << 13;
    if (exponent)
        return sign | (exponent + 112) << 23 | fraction << 13;
    if (!fraction)
        return sign;
    exponent = 113;
    for (; !(fraction & 0x400U); fraction <<= 1)
        exponent--;
    return sign | exponent << 23 | (fraction & 0x3ffU) << 13;
}

/** Decodes a number for an f32 inport: every float or integer, rounded to nearest even. */
static int get_f32(const uint8_t *bytes, uint32_t *slots) {
    if (bytes[0] == 0xfa) { /* most are: no shorter form keeps their value */
        *slots = big_endian(bytes + 1);
        return 0;
    }
    uint64_t argument = argument_of(bytes);
    switch (bytes[0] >> 5) {
    case KP_CBOR_UINT:
        *slots = bits_of_f32((float)argument);
        return 0;
    case KP_CBOR_NINT:
        *slots = bits_of_f32((float)(int64_t)~argument);
        return 0;
    default:
        break;
    }
    if (bytes[0] == 0xf9)
        *slots = half_to_single((uint32_t)argument);
    else if (bytes[0] == 0xfb)
        *slots = bits_of_f32((float)f64_of(argument));
    else
        return KP_E_ARGUMENT;
    return 0;
}

static int get_f64(const uint8_t *bytes, uint32_t *slots) {
    uint64_t argument = argument_of(bytes);
    double value;
    uint8_t major = bytes[0] >> 5;
    if (major == KP_CBOR_UINT)
        value = (double)argument;
    else if (major == KP_CBOR_NINT)
        value = (double)(int64_t)~argument;
    else if (bytes[0] == 0xf9)
        value = (double)f32_of(half_to_single((uint32_t)argument));
    else if (bytes[0] == 0xfa)
        value = (double)f32_of((uint32_t)argument);
    else if (bytes[0] == 0xfb)
        value = f64_of(argument);
    else
        return KP_E_ARGUMENT;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    slots[0] = (uint32_t)bits;
    slots[1] = (uint32_t)(bits >> 32);
    return 0;
}

/** Decodes an integer in the range of an integer type. */
static int get_integer(kp_type type, const uint8_t *bytes, uint32_t *slots) {
    static const uint8_t value_bits[12] = {0, 0, 31, 32, 63, 64, 0, 0, 7, 8, 15, 16};
    uint8_t major = bytes[0] >> 5;
    if (bytes[0] < 24) { /* itself, and in every type's range */
        slots[0] = bytes[0];
        if (kp_type_slots(type) == 2)
            slots[1] = 0;
        return 0;
    }
    bool is_unsigned = type & 1U; /* the codes of unsigned integers are odd */
    uint64_t argument = argument_of(bytes);
    if (major > KP_CBOR_NINT || (major == KP_CBOR_NINT && is_unsigned))
        return KP_E_ARGUMENT;
    if (value_bits[type] < 64 && argument >> value_bits[type])
        return KP_E_ARGUMENT;
    if (major == KP_CBOR_NINT)
        argument = ~argument;
    slots[0] = (uint32_t)argument;
    if (kp_type_slots(type) == 2)
        slots[1] = (uint32_t)(argument >> 32);
    return 0;
}

int kp_token_get(kp_type type, const uint8_t *bytes, uint32_t *slots) {
    switch (type) {
    case KP_TYPE_BOOL:
        *slots = bytes[0] & 1U;
        return (bytes[0] & 0xfeU) == KP_CBOR_FALSE ? 0 : KP_E_ARGUMENT;
    case KP_TYPE_F32:
        return get_f32(bytes, slots);
    case KP_TYPE_F64:
        return get_f64(bytes, slots);
    default:
        return get_integer(type, bytes, slots);
    }
}

int kp_token_check(kp_type type, const uint8_t *bytes, size_t count) {
    uint32_t slots[2];
    if (kp_token_length(bytes, count) != (int)count || count == 0)
        return KP_E_MALFORMED;
    if (type == KP_TYPE_ANY)
        return 0;
    if (kp_type_scalar(type))
        return kp_token_get(type, bytes, slots);
    return kp_token_size(type, bytes, count) < 0 ? KP_E_ARGUMENT : 0;
}

static unsigned put_bytes(unsigned initial, uint32_t value, unsigned size, uint8_t *bytes) {
    bytes[0] = (uint8_t)initial;
    for (unsigned i = size; i > 0; i--, value >>= 8)
        bytes[i] = (uint8_t)value;
    return 1 + size;
}

/** Writes the shortest head of an integer of 32 bits. */
static unsigned put_word(unsigned major, uint32_t argument, uint8_t *bytes) {
    unsigned initial = major << 5;
    if (argument < 24) {
        bytes[0] = (uint8_t)(initial | argument);
        return 1;
    }
    unsigned info = argument <= UINT8_MAX ? 0 : argument <= UINT16_MAX ? 1 : 2;
    return put_bytes(initial | (24 + info), argument, 1U << info, bytes);
}

/** Writes the shortest head of an integer. */
static unsigned put_integer(unsigned major, uint64_t argument, uint8_t *bytes) {
    uint32_t high = (uint32_t)(argument >> 32);
    if (high == 0)
        return put_word(major, (uint32_t)argument, bytes);
    put_bytes(major << 5 | 27, high, 4, bytes);
    for (unsigned i = 8; i > 4; i--, argument >>= 8)
        bytes[i] = (uint8_t)argument;
    return 9;
}

static unsigned put_signed_word(int32_t value, uint8_t *bytes) {
    return value < 0 ? put_word(KP_CBOR_NINT, ~(uint32_t)value, bytes) : put_word(KP_CBOR_UINT, (uint32_t)value, bytes);
}

static unsigned put_f32(uint32_t bits, uint8_t *bytes) {
    int32_t half = kp_cbor_half(bits);
    return half >= 0 ? put_bytes(0xf9, (uint32_t)half, 2, bytes) : put_bytes(0xfa, bits, 4, bytes);
}

static unsigned put_f64(uint64_t bits, uint8_t *bytes) {
    kp_cbor_writer writer = kp_cbor_write(bytes, KP_SCALAR_MAX);
    kp_cbor_put_f64(&writer, bits);
    return (unsigned)kp_cbor_written(&writer);
}

unsigned kp_token_put(kp_type type, const uint32_t *slots, uint8_t *bytes) {
    uint32_t word = slots[0];
    switch (type) {
    case KP_TYPE_BOOL:
        bytes[0] = word ? KP_CBOR_TRUE : KP_CBOR_FALSE;
        return 1;
    case KP_TYPE_I32:
        return put_signed_word((int32_t)word, bytes);
    case KP_TYPE_F32:
        return put_f32(word, bytes);
    /* The actor hands over a full word: only the type's bits are the value. */
    case KP_TYPE_I8:
        return put_signed_word((int8_t)word, bytes);
    case KP_TYPE_I16:
        return put_signed_word((int16_t)word, bytes);
    case KP_TYPE_U8:
        return put_word(KP_CBOR_UINT, (uint8_t)word, bytes);
    case KP_TYPE_U16:
        return put_word(KP_CBOR_UINT, (uint16_t)word, bytes);
    case KP_TYPE_U32:
        return put_word(KP_CBOR_UINT, word, bytes);
    default:
        break;
    }
    uint64_t wide = (uint64_t)slots[1] << 32 | word;
    if (type == KP_TYPE_F64)
        return put_f64(wide, bytes);
    bool negative = type == KP_TYPE_I64 && slots[1] >> 31;
    return put_integer(negative ? KP_CBOR_NINT : KP_CBOR_UINT, negative ? ~wide : wide, bytes);
}
