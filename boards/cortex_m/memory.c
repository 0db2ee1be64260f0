/*
 * The C library's copies by words: newlib-nano's go byte by byte, and the interpreter calls them at each function that
 * it enters. Cortex-M3 and later read and write words at any address.
 */
#include <stddef.h>
#include <stdint.h>

#ifdef __ARM_FEATURE_UNALIGNED

typedef struct word {
    uint32_t value;
} __attribute__((packed, may_alias)) word;

void *memset(void *to, int value, size_t count);
void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);

void *memset(void *to, int value, size_t count) {
    uint8_t *at = to;
    uint32_t bytes = (uint8_t)value * UINT32_C(0x01010101);
    for (; count >= 4; count -= 4, at += 4)
        ((word *)at)->value = bytes;
    while (count--)
        *at++ = (uint8_t)value;
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
    uint8_t *at = to;
    const uint8_t *source = from;
    for (; count >= 4; count -= 4, at += 4, source += 4)
        ((word *)at)->value = ((const word *)source)->value;
    while (count--)
        *at++ = *source++;
    return to;
}

void *memmove(void *to, const void *from, size_t count) {
    uint8_t *end = (uint8_t *)to + count;
    const uint8_t *source = (const uint8_t *)from + count;
    if ((uintptr_t)to - (uintptr_t)from >= count) /* ahead of it, or apart */
        return memcpy(to, from, count);
    for (; count >= 4; count -= 4) {
        uint32_t value = ((const word *)(source -= 4))->value;
        ((word *)(end -= 4))->value = value;
    }
    while (count--)
        *--end = *--source;
    return to;
}

#endif
