/* What wasm3.c (wasm3 as a part of this firmware) and engine_wasm3.c (the engine) share. */
#ifndef KP_WASM3_SEAM_H
#define KP_WASM3_SEAM_H

#include "kp_error.h"
#include "heap.h"

#include <setjmp.h>
#include <stdint.h>

/** Fuel left; below 0 the call has trapped. */
extern int32_t kp_wasm3_fuel;

/** Lowest address that the native stack may reach in a call. */
extern uintptr_t kp_wasm3_stack_floor;

/** Who owns what wasm3 allocates, and where to go when there is no memory: wasm3 itself does not survive that
 * everywhere. */
extern kp_owner kp_wasm3_owner;
extern jmp_buf kp_wasm3_no_memory;

/** A trap code as wasm3 passes it through: a small number instead of a pointer to a text. */
#define KP_WASM3_TRAP(CODE) ((const void *)(uintptr_t)(CODE))

struct M3Runtime;

/** Gives back what a load has not used of its code pages, and forgets them: they are their owner's from then on. */
void kp_wasm3_close_pages(struct M3Runtime *runtime);

#endif
