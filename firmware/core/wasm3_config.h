/* Settings of wasm3 for a microcontroller; included before any of its headers. */
#ifndef KP_WASM3_CONFIG_H
#define KP_WASM3_CONFIG_H

#define NDEBUG                       1
#define d_m3VerboseErrorMessages     0
#define d_m3CascadedOpcodes          0   /* 3 KB of table less */
#define d_m3MaxFunctionStackHeight   128 /* operands and locals of a function; the ABI allows 96 words */
#define d_m3MaxConstantTableSize     32
#define d_m3MaxDuplicateFunctionImpl 1
#define d_m3CodePageAlignSize        256 /* bytes; what is left of a page is given back after loading */
#define d_m3MaxLinearMemoryPages     1
#define d_m3LogOutput                0

#if defined(__thumb__) && !defined(__thumb2__)
#define KP_WASM3_TRAMPOLINE /* see wasm3_trampoline.h */
#endif

#endif
