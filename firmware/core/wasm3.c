/*
 * wasm3 as a part of this firmware: its core and compiler from node_modules, in one unit with the few functions that it
 * needs and that are ours. Its parser, its module and its memory management are not used: wasm.c checks and reads
 * modules, the engine builds the structures that the compiler works on, and the runtime owns memory. Compiled without
 * warnings.
 *
 * Cures for this version of wasm3 (commit a0f4ec9 of November 2022), see also wasm3_guard.h:
 *
 * - Running out of memory while compiling leaves wasm3 with code pages that are too short. Its allocator is ours and
 * does not return then.
 * - Issue 465: a branch with an f32 or f64 result while further operands lie below it copies one of those into slot
 * 60002, far outside the stack. ResolveBlockResults() puts the float into the register and then copies as many operands
 * as there are results, counted from below it. With one result at most there is nothing left to copy: the calls of
 *   CopyStackSlotsR() go through kp_copy_results(), which knows.
 * - A branch on condition with a result moves an operand out of the register on the path that is taken only, but
 *   counts it as moved on both. Compile_Branch() is entered with no such operand in the register.
 */
#include "wasm3_config.h"

/* Allocation: m3_core.c calls the standard functions. Its headers are included by then. */
#include <assert.h>
#include <math.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wasm3_seam.h"

int32_t kp_wasm3_fuel;
uintptr_t kp_wasm3_stack_floor;
kp_owner kp_wasm3_owner;
jmp_buf kp_wasm3_no_memory;

static void *kp_wasm3_allocate(size_t bytes) {
    void *memory = kp_heap_alloc(bytes, kp_wasm3_owner);
    if (!memory)
        longjmp(kp_wasm3_no_memory, 1);
    return memory;
}

static void *kp_wasm3_reallocate(void *memory, size_t bytes) {
    memory = kp_heap_resize(memory, bytes, kp_wasm3_owner);
    if (!memory)
        longjmp(kp_wasm3_no_memory, 1);
    return memory;
}

#define calloc(COUNT, SIZE)   kp_wasm3_allocate((COUNT) * (SIZE))
#define realloc(MEMORY, SIZE) kp_wasm3_reallocate(MEMORY, SIZE)
#define free(MEMORY)          kp_heap_free(MEMORY)

#ifdef KP_WASM3_TRAMPOLINE
#define M3_IMPLEMENT_ERROR_STRINGS /* as m3_core.c does */
#include "wasm3_trampoline.h"
#endif
#include "m3_core.c"
#undef calloc
#undef realloc
#undef free

#include "m3_code.c"
#include "m3_function.c"

#include "m3_env.h"
#include "wasm3_guard.h"

/* --- what the compiler calls and the environment would supply --- */

IM3Function Module_GetFunction(IM3Module module, u32 index) {
    return index < module->numFunctions ? &module->functions[index] : NULL;
}

IM3CodePage AcquireCodePageWithCapacity(IM3Runtime runtime, u32 lines) {
    for (IM3CodePage *link = &runtime->pagesOpen; *link; link = &(*link)->info.next) {
        IM3CodePage page = *link;
        if (NumFreeLines(page) >= lines) {
            *link = page->info.next;
            return page;
        }
    }
    return NewCodePage(runtime, lines);
}

IM3CodePage AcquireCodePage(IM3Runtime runtime) {
    return AcquireCodePageWithCapacity(runtime, d_m3CodePageFreeLinesThreshold);
}

void ReleaseCodePage(IM3Runtime runtime, IM3CodePage page) {
    if (page)
        PushCodePage(&runtime->pagesOpen, page);
}

M3Result ResizeMemory(IM3Runtime runtime, u32 pages) {
    (void)runtime;
    (void)pages;
    return m3Err_wasmMemoryOverflow; /* memory never grows */
}

void kp_wasm3_close_pages(IM3Runtime runtime) {
    for (IM3CodePage page = runtime->pagesOpen, next; page; page = next) {
        next = page->info.next;
        kp_heap_resize(page, sizeof page->info + page->info.lineIndex * sizeof(code_t), kp_wasm3_owner);
    }
    runtime->pagesOpen = NULL;
}

/* --- the compiler, with two of its functions renamed where they are defined --- */

/*
 * The first token of the first argument tells a definition (a type) from a call (a variable): pasted to a prefix it
 * names one of two macros.
 */
static M3Result kp_copy_results(IM3Compilation o, u16 target, u16 from, u16 end, u16 temporary);
static M3Result Compile_Branch(IM3Compilation o, m3opcode_t opcode);

#ifndef KP_WASM3_UNCURED
#define CopyStackSlotsR(O, TARGET, FROM, END, TEMPORARY)                                                               \
    KP_COPY_##O, TARGET, FROM, END, TEMPORARY)
#define KP_COPY_IM3Compilation kp_copy_stack_slots(IM3Compilation
#define KP_COPY_o              kp_copy_results(o
/* The table of instructions names it without arguments, so that only the definition is renamed. */
#define Compile_Branch(O, OPCODE) kp_compile_branch(O, OPCODE)
#endif

#include "m3_compile.c"

#ifndef KP_WASM3_UNCURED
static M3Result kp_copy_results(IM3Compilation o, u16 target, u16 from, u16 end, u16 temporary) {
    if (from < end && IsRegisterSlotAlias(GetSlotForStackIndex(o, target)))
        return m3Err_none;
    return kp_copy_stack_slots(o, target, from, end, temporary);
}

#undef Compile_Branch
static M3Result Compile_Branch(IM3Compilation o, m3opcode_t opcode) {
    M3Result result = m3Err_none;
    /* What lies in the float register below the condition and the value that the branch takes along goes to a slot now.
     */
    if (opcode == c_waOp_branchIf && IsRegisterAllocated(o, 1) && GetRegisterStackIndex(o, 1) + 2 < o->stackIndex)
        result = PreserveRegisterIfOccupied(o, c_m3Type_f64);
    return result ? result : kp_compile_branch(o, opcode);
}
#endif
