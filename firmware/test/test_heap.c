/* The heap against a model: random allocations, resizings and frees of several owners keep their contents and its
 * accounts. */
#include "check.h"
#include "heap.h"

#define REGION 16384
#define BLOCKS 64

static _Alignas(8) uint8_t region[REGION];

typedef struct block {
    uint8_t *bytes;
    size_t size;
    kp_owner owner;
    uint8_t fill;
} block;

static uint32_t random_state = 1;

static uint32_t random_below(uint32_t limit) {
    random_state = random_state * 1664525U + 1013904223U;
    return (random_state >> 8) % limit;
}

static void fill(block *b, size_t from) {
    for (size_t i = from; i < b->size; i++)
        b->bytes[i] = b->fill;
}

static void check_contents(const block *b, size_t size) {
    for (size_t i = 0; i < size; i++)
        CHECK_EQUAL(b->bytes[i], b->fill);
}

static void allocate(block *b, uint8_t number) {
    *b = (block){NULL, random_below(random_below(8) == 0 ? 4000 : 120), (kp_owner)(1 + random_below(4)), number};
    b->bytes = kp_heap_alloc(b->size, b->owner);
    if (!b->bytes) {
        CHECK(kp_heap_largest() < b->size);
        return;
    }
    CHECK_EQUAL((uintptr_t)b->bytes % 8, 0);
    for (size_t i = 0; i < b->size; i++)
        CHECK_EQUAL(b->bytes[i], 0);
    fill(b, 0);
}

static void resize(block *b) {
    size_t before = b->size;
    size_t after = random_below(300);
    uint8_t *moved = kp_heap_resize(b->bytes, after, b->owner);
    if (!moved) {
        check_contents(b, before);
        return;
    }
    b->bytes = moved;
    b->size = after;
    check_contents(b, before < after ? before : after);
    fill(b, before < after ? before : after);
}

static void free_owner(block *blocks, kp_owner owner) {
    kp_heap_free_owner(owner);
    CHECK_EQUAL(kp_heap_owned(owner), 0);
    for (unsigned i = 0; i < BLOCKS; i++)
        if (blocks[i].owner == owner)
            blocks[i].bytes = NULL;
}

static void test_random_use(void) {
    block blocks[BLOCKS] = {0};
    kp_heap_init(region, REGION);
    size_t unused = kp_heap_free_bytes();
    for (unsigned step = 0; step < 200000; step++) {
        block *b = &blocks[random_below(BLOCKS)];
        if (step % 5003 == 0)
            free_owner(blocks, (kp_owner)(1 + random_below(4)));
        else if (!b->bytes)
            allocate(b, (uint8_t)(1 + step % 255));
        else if (random_below(3) == 0) {
            resize(b);
        } else {
            check_contents(b, b->size);
            kp_heap_free(b->bytes);
            b->bytes = NULL;
        }
        if (step % 97 == 0)
            CHECK_EQUAL(kp_heap_check(), 0);
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        if (blocks[i].bytes)
            check_contents(&blocks[i], blocks[i].size);
    for (kp_owner owner = 1; owner <= 4; owner++)
        free_owner(blocks, owner);
    CHECK_EQUAL(kp_heap_free_bytes(), unused);
    CHECK_EQUAL(kp_heap_largest(), unused - 4);
}

static void test_accounts(void) {
    kp_heap_init(region, REGION);
    CHECK_EQUAL(kp_owner_take(), 1);
    CHECK(kp_heap_alloc(4, 1) != NULL); /* with its header exactly one unit */
    CHECK_EQUAL(kp_heap_owned(1), 8);
    CHECK(kp_heap_alloc(5, 3) != NULL);
    CHECK_EQUAL(kp_heap_owned(3), 16);
    CHECK_EQUAL(kp_owner_take(), 2);
    kp_heap_free_owner(1);
    CHECK_EQUAL(kp_owner_take(), 1);
    CHECK(kp_heap_alloc(REGION, 1) == NULL);
    CHECK(kp_heap_alloc(SIZE_MAX, 1) == NULL);
    CHECK(kp_heap_alloc(SIZE_MAX - 4, 1) == NULL);
    kp_heap_free(NULL);
}

static void test_grows_in_place(void) {
    kp_heap_init(region, REGION);
    uint8_t *first = kp_heap_alloc(100, 1);
    uint8_t *second = kp_heap_alloc(100, 1);
    CHECK(kp_heap_resize(first, 20, 1) == first);
    CHECK(kp_heap_resize(first, 100, 1) == first);
    CHECK(kp_heap_resize(first, 120, 1) != first); /* the second lies behind it */
    CHECK(kp_heap_resize(second, 12, 1) == second);
}

int main(void) {
    RUN(test_random_use);
    RUN(test_accounts);
    RUN(test_grows_in_place);
    return 0;
}
