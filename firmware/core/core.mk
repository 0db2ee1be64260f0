# Sources of the runtime core and how they are compiled. A makefile that includes this sets CORE (the path of firmware/core)
# and WASM3 (the folder of wasm3's sources in node_modules) before.
#
#   CORE_SOURCES        C11, with the warnings of the project
#   CORE_ENGINE_SOURCES need wasm3's headers: compile with $(CORE_ENGINE_FLAGS)
#   CORE_WASM3_SOURCES  wasm3 itself: with $(CORE_WASM3_FLAGS), which switch its warnings off. No sanitizer of undefined
#                       behaviour on it; the address sanitizer works.

CORE_SOURCES = $(addprefix $(CORE)/,actor.c cbor.c connect.c engine.c firing.c flash.c heap.c imports.c kappa.c manifest.c \
  module.c policy.c queue.c route.c scheduler.c sha256.c state.c token.c token_bulk.c wasm.c wasm_code.c)
CORE_ENGINE_SOURCES = $(CORE)/engine_wasm3.c
CORE_WASM3_SOURCES = $(CORE)/wasm3.c

CORE_FLAGS = -std=c11 -I $(CORE)
# wasm3's code reads globals and slots under other types than they have.
CORE_ENGINE_FLAGS = $(CORE_FLAGS) -isystem $(WASM3) -fno-strict-aliasing
CORE_WASM3_FLAGS = -std=gnu11 -w -I $(CORE) -isystem $(WASM3) -fno-strict-aliasing
# What a firing goes through: a board compiles these for speed and all else for size.
CORE_HOT = engine_wasm3.c firing.c imports.c queue.c scheduler.c token.c memory.c
# For a board, with GCC and newlib-nano: its memcpy goes byte by byte, so that no loop may be turned into a call of it.
CORE_BOARD_FLAGS = -Os -ffunction-sections -fdata-sections -fno-tree-loop-distribute-patterns
