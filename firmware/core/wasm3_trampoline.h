/*
 * wasm3's dispatch for processors on which GCC makes no tail calls (Thumb-1: Cortex-M0 and M0+): an instruction does
 * not call the next one, it names it to a loop. Else every instruction would leave a native frame until its function
 * returns. Takes the place of m3_exec_defs.h, whose include guard it defines; wasm3_guard.h counts fuel.
 *
 * The two registers lie in memory, one pair a Wasm call; what would be passed from instruction to instruction besides
 * them never changes within a function.
 */
#ifndef m3_exec_defs_h
#define m3_exec_defs_h

#include "m3_core.h"

typedef struct kp_wasm3_registers {
    const void *next;
    m3reg_t integer;
    f64 real;
} kp_wasm3_registers;

/* What an instruction returns when `next` is to be executed: neither a trap, nor a return, nor a loop's address. */
#define KP_WASM3_NEXT ((const void *)UINTPTR_MAX)

#define _r0  (_registers->integer)
#define _fp0 (_registers->real)

#define m3MemData(MEMORY)    ((u8 *)((M3MemoryHeader *)(MEMORY) + 1))
#define m3MemRuntime(MEMORY) (((M3MemoryHeader *)(MEMORY))->runtime)
#define m3MemInfo(MEMORY)    (&m3MemRuntime(MEMORY)->memory)

#define d_m3OpSig          pc_t _pc, m3stack_t _sp, M3MemoryHeader *_mem, kp_wasm3_registers *_registers
#define d_m3OpArgs         _sp, _mem, _registers
#define d_m3OpAllArgs      _pc, _sp, _mem, _registers
#define d_m3OpDefaultArgs  ((kp_wasm3_registers[1]){{0}})
#define d_m3ClearRegisters _r0 = 0, _fp0 = 0;

typedef m3ret_t (*IM3Operation)(d_m3OpSig);

#define d_m3RetSig   static inline m3ret_t
#define d_m3Op(NAME) M3_NO_UBSAN d_m3RetSig op_##NAME(d_m3OpSig)

#define jumpOpDirect(PC)                                                                                               \
    do {                                                                                                               \
        _registers->next = (PC);                                                                                       \
        return KP_WASM3_NEXT;                                                                                          \
    } while (0)
#define nextOpDirect() jumpOpDirect(_pc)

static M3_NOINLINE m3ret_t RunCode(d_m3OpSig) {
    m3ret_t result;
    do {
        result = ((IM3Operation)(*_pc))(_pc + 1, d_m3OpArgs);
        _pc = (pc_t)_registers->next;
    } while (result == KP_WASM3_NEXT);
    return result;
}

/*
 * m3_exec.h's Call() ends with nextOpDirect(), which only names the next instruction here. Its definition gets another
 * name and its two calls run the loop; the first token of the first argument tells them apart.
 */
#define Call(FIRST, ...)   KP_CALL_##FIRST, ##__VA_ARGS__)
#define KP_CALL_d_m3OpSig  kp_wasm3_unused(d_m3OpSig
#define KP_CALL_callPC     RunCode(callPC
#define KP_CALL_function   RunCode(function

#endif
