/*
 * What is changed about wasm3's compiler and instructions, by the preprocessor and without a copy of its source.
 * Included by wasm3.c after the headers that it redefines and before m3_compile.c.
 */
#ifndef KP_WASM3_GUARD_H
#define KP_WASM3_GUARD_H

#include "m3_core.h"
#include "m3_exec_defs.h"
#include "m3_math_utils.h"
#include "wasm3_seam.h"

/*
 * 1. Fuel and native stack. nextOpImpl() is used by op_Entry and op_Loop (and by nextOpDirect(), which is spelled out
 * here): each function entered and each pass through a loop takes one unit before its body runs, and looks how deep the
 * native stack is. Recursion nests one C call a Wasm call and one a loop, so that this bounds both.
 */
#if defined(__arm__)
static inline uintptr_t kp_stack_pointer(void) {
    uintptr_t pointer;
    __asm volatile("mov %0, sp" : "=r"(pointer));
    return pointer;
}
#else
#define kp_stack_pointer() ((uintptr_t)__builtin_frame_address(0))
#endif

#ifdef KP_WASM3_TRAMPOLINE
#define KP_RUN_NEXT() RunCode(_pc, d_m3OpArgs)
#else
#undef nextOpDirect
#define nextOpDirect() M3_MUSTTAIL return ((IM3Operation)(*_pc))(_pc + 1, d_m3OpArgs)
#define KP_RUN_NEXT()  ((IM3Operation)(*_pc))(_pc + 1, d_m3OpArgs)
#endif
#undef nextOpImpl
#define nextOpImpl()                                                                                                   \
    (--kp_wasm3_fuel < 0                         ? KP_WASM3_TRAP(KP_TRAP_FUEL)                                         \
     : kp_stack_pointer() < kp_wasm3_stack_floor ? KP_WASM3_TRAP(KP_TRAP_STACK)                                        \
                                                 : KP_RUN_NEXT())

/* 2. No hook at each call: fuel does its work. */
#define m3_Yield() m3Err_none

/*
 * 3. A float beyond the integer's range traps as NaN does. wasm3 calls it an overflow, which is what a division raises.
 */
#undef OP_TRUNC
#define OP_TRUNC(RES, A, TYPE, RMIN, RMAX)                                                                             \
    if (M3_UNLIKELY(!(A > RMIN && A < RMAX)))                                                                          \
        newTrap(m3Err_trapIntegerConversion);                                                                          \
    RES = (TYPE)A;

/*
 * 4. A function that is entered clears its locals and copies its constants: a few slots, for which a call of the C
 * library costs more than the work. Only op_Entry uses memset() with a constant byte and memcpy() with a size that is
 * none.
 */
static inline void kp_clear_slots(m3slot_t *to, size_t bytes) {
    for (const m3slot_t *end = to + bytes / sizeof *to; to != end;)
        *to++ = 0;
}
static inline void kp_copy_slots(m3slot_t *to, const void *from, size_t bytes) {
    const m3slot_t *slot = from;
    for (const m3slot_t *end = to + bytes / sizeof *to; to != end;)
        *to++ = *slot++;
}
#define memset(TO, BYTE, SIZE)                                                                                         \
    (__builtin_constant_p(BYTE) && !__builtin_constant_p(SIZE) ? kp_clear_slots((void *)(TO), SIZE)                    \
                                                               : (void)(memset)(TO, BYTE, SIZE))
#define memcpy(TO, FROM, SIZE)                                                                                         \
    (__builtin_constant_p(SIZE) ? (void)__builtin_memcpy(TO, FROM, SIZE) : kp_copy_slots((void *)(TO), FROM, SIZE))

#endif
