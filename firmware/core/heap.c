#include "heap.h"

#include <stdbool.h>
#include <string.h>

/* A block: header at an address of 4 modulo 8, payload behind it. Sizes count units of 8 bytes, header included. */
#define UNIT           8U
#define HEADER         4U
#define USED           1U
#define OWNER_SHIFT    1U
#define SIZE_SHIFT     12U
#define SIZE_MAX_UNITS 0xfffffU

static uint8_t *first_block; /* header of the first block */
static uint8_t *end_block;   /* header of the end mark, which is used and has size 0 */
static size_t free_units;

static uint32_t header_of(const uint8_t *block) {
    uint32_t header;
    memcpy(&header, block, sizeof header);
    return header;
}

static void set_header(uint8_t *block, uint32_t units, kp_owner owner, bool used) {
    uint32_t header = units << SIZE_SHIFT | (uint32_t)owner << OWNER_SHIFT | (used ? USED : 0U);
    memcpy(block, &header, sizeof header);
}

static uint32_t units_of(const uint8_t *block) {
    return header_of(block) >> SIZE_SHIFT;
}

static kp_owner owner_of(const uint8_t *block) {
    return (kp_owner)(header_of(block) >> OWNER_SHIFT & KP_OWNER_MAX);
}

static bool is_used(const uint8_t *block) {
    return (header_of(block) & USED) != 0;
}

static uint8_t *after(uint8_t *block) {
    return block + (size_t)units_of(block) * UNIT;
}

void kp_heap_init(void *region, size_t bytes) {
    size_t units = (bytes - HEADER) / UNIT;
    /* One unit is lost to alignment: the first header lies 4 bytes into the region, the end mark in the last unit. */
    units = units > SIZE_MAX_UNITS ? SIZE_MAX_UNITS : units;
    first_block = (uint8_t *)region + HEADER;
    free_units = units - 1;
    end_block = first_block + free_units * UNIT;
    set_header(first_block, (uint32_t)free_units, 0, false);
    set_header(end_block, 0, 0, true);
}

/** Joins a free block with the free blocks right behind it. */
static void coalesce(uint8_t *block) {
    uint8_t *next = after(block);
    while (!is_used(next)) {
        set_header(block, units_of(block) + units_of(next), 0, false);
        next = after(block);
    }
}

/** Makes a block of `units` out of a larger one; the rest becomes free. */
static void split(uint8_t *block, uint32_t units, kp_owner owner) {
    uint32_t had = units_of(block);
    set_header(block, units, owner, true);
    if (had > units) {
        uint8_t *rest = block + (size_t)units * UNIT;
        set_header(rest, had - units, 0, false);
        coalesce(rest);
    }
}

static bool units_for(size_t bytes, uint32_t *units) {
    if (bytes > (size_t)SIZE_MAX_UNITS * UNIT - HEADER)
        return false;
    *units = (uint32_t)((bytes + HEADER + UNIT - 1) / UNIT);
    return true;
}

void *kp_heap_alloc(size_t bytes, kp_owner owner) {
    uint32_t units;
    if (!units_for(bytes, &units) || units > free_units)
        return NULL;
    for (uint8_t *block = first_block; block != end_block; block = after(block)) {
        if (is_used(block))
            continue;
        coalesce(block);
        if (units_of(block) < units)
            continue;
        split(block, units, owner);
        free_units -= units;
        return memset(block + HEADER, 0, (size_t)units * UNIT - HEADER);
    }
    return NULL;
}

void kp_heap_free(void *payload) {
    if (!payload)
        return;
    uint8_t *block = (uint8_t *)payload - HEADER;
    free_units += units_of(block);
    set_header(block, units_of(block), 0, false);
    coalesce(block);
}

void *kp_heap_resize(void *payload, size_t bytes, kp_owner owner) {
    uint32_t units;
    if (!payload)
        return kp_heap_alloc(bytes, owner);
    if (!units_for(bytes, &units))
        return NULL;
    uint8_t *block = (uint8_t *)payload - HEADER;
    uint32_t had = units_of(block);
    uint8_t *next = block + (size_t)had * UNIT;
    if (units > had && !is_used(next)) {
        coalesce(next);
        if (had + units_of(next) >= units) {
            set_header(block, had + units_of(next), owner, true);
        }
    }
    if (units_of(block) >= units) {
        split(block, units, owner);
        free_units += had;
        free_units -= units;
        return payload;
    }
    void *moved = kp_heap_alloc(bytes, owner);
    if (moved) {
        memcpy(moved, payload, (size_t)had * UNIT - HEADER);
        kp_heap_free(payload);
    }
    return moved;
}

void kp_heap_free_owner(kp_owner owner) {
    uint8_t *before = NULL; /* a free block right before this one */
    for (uint8_t *block = first_block; block != end_block; block = after(block)) {
        if (is_used(block) && owner_of(block) == owner) {
            free_units += units_of(block);
            set_header(block, units_of(block), 0, false);
        }
        if (is_used(block)) {
            before = NULL;
        } else if (before) {
            set_header(before, units_of(before) + units_of(block), 0, false);
            block = before;
        } else {
            before = block;
        }
    }
}

size_t kp_heap_owned(kp_owner owner) {
    size_t units = 0;
    for (uint8_t *block = first_block; block != end_block; block = after(block))
        if (is_used(block) && owner_of(block) == owner)
            units += units_of(block);
    return units * UNIT;
}

size_t kp_heap_free_bytes(void) {
    return free_units * UNIT;
}

size_t kp_heap_largest(void) {
    size_t largest = 0;
    size_t run = 0; /* neighbours that are free count as one: they are joined when they are asked for */
    for (uint8_t *block = first_block; block != end_block; block = after(block)) {
        run = is_used(block) ? 0 : run + units_of(block);
        largest = run > largest ? run : largest;
    }
    return largest ? largest * UNIT - HEADER : 0;
}

kp_owner kp_owner_take(void) {
    uint32_t taken[(KP_OWNER_MAX + 1) / 32] = {1}; /* 0 is the runtime */
    for (uint8_t *block = first_block; block != end_block; block = after(block))
        if (is_used(block))
            taken[owner_of(block) / 32] |= UINT32_C(1) << owner_of(block) % 32;
    for (uint32_t owner = 1; owner <= KP_OWNER_MAX; owner++)
        if (!(taken[owner / 32] >> owner % 32 & 1U))
            return (kp_owner)owner;
    return 0;
}

size_t kp_heap_check(void) {
    size_t number = 0;
    size_t unused = 0;
    uint8_t *block = first_block;
    while (block != end_block) {
        number++;
        uint32_t units = units_of(block);
        if (units == 0 || units > (size_t)(end_block - block) / UNIT)
            return number;
        unused += is_used(block) ? 0 : units;
        block = after(block);
    }
    return unused == free_units ? 0 : number + 1;
}
