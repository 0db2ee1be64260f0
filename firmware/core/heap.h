/**
 * The one heap: first fit over a fixed region, with an owner per block.
 *
 * A block has a 4-byte header (size in units of 8 bytes, owner, used) and an 8-byte aligned payload, so a payload of 4
 * + 8 n bytes wastes nothing. Everything of an owner is found by a walk over the headers: an actor or module frees as a
 * whole and is accounted as a whole, whatever a failure left behind. Allocation is for setting up (create, connect,
 * load); nothing allocates while tokens flow.
 */
#ifndef KP_HEAP_H
#define KP_HEAP_H

#include <stddef.h>
#include <stdint.h>

/** Who a block belongs to: 0 the runtime, else a number from kp_owner_take(). At most KP_OWNER_MAX. */
typedef uint16_t kp_owner;
#define KP_OWNER_RUNTIME ((kp_owner)0)
#define KP_OWNER_MAX     2047U

/** Begins with an empty heap over `bytes` (at most 8 MiB) at `region` (8-byte aligned). */
void kp_heap_init(void *region, size_t bytes);

/** Zeroed memory of at least `bytes`, or NULL when there is none. */
void *kp_heap_alloc(size_t bytes, kp_owner owner);

/** Grows or shrinks a block, in place if it can; what new bytes hold is not defined. NULL when there is no room: the
 * block stays as it was. */
void *kp_heap_resize(void *block, size_t bytes, kp_owner owner);

/** Gives a block back; NULL is allowed. */
void kp_heap_free(void *block);

/** Gives back every block of an owner. */
void kp_heap_free_owner(kp_owner owner);

/** Bytes (with headers) that an owner has. */
size_t kp_heap_owned(kp_owner owner);

/** Bytes not in use, and the largest single payload that can be had. */
size_t kp_heap_free_bytes(void);
size_t kp_heap_largest(void);

/** Lowest number from 1 that owns nothing, for a new owner (which must allocate at once); 0 when there is none. */
kp_owner kp_owner_take(void);

/** Checks every header; 0, or the number (from 1) of the first bad block. For tests and fault reports. */
size_t kp_heap_check(void);

#endif
