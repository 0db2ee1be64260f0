# Host tests of the core, with the address sanitizer and (but for wasm3 itself) that of undefined behaviour. A makefile that
# includes this sets ROOT (of the repository), BUILD (where outputs go), and has included firmware/core/core.mk.
#
#   test-core     builds and runs them
#   test-trampoline  those that execute modules, with the dispatch of processors without tail calls
#   test-uncured  shows that test_wasm3 fails on a wasm3 without our cures

CORE_TEST = $(ROOT)/firmware/test
CORE_TEST_BUILD = $(BUILD)/test-core
CORE_TEST_CC ?= gcc
CORE_TEST_SANITIZE = -O1 -g -fsanitize=address
CORE_TEST_FLAGS = -Wall -Wextra -Werror -Wconversion -I $(CORE_TEST) $(CORE_TEST_SANITIZE) -fsanitize=undefined \
  -fno-sanitize-recover=all
CORE_TESTS = heap token malformed actor flash wasm3

CORE_TEST_OBJECTS = $(patsubst %.c,$(CORE_TEST_BUILD)/%.o,$(notdir $(CORE_SOURCES) $(CORE_ENGINE_SOURCES))) \
  $(CORE_TEST_BUILD)/harness.o $(CORE_TEST_BUILD)/assemble.o
CORE_TEST_HEADERS = $(wildcard $(CORE)/*.h $(CORE_TEST)/*.h)

$(CORE_TEST_BUILD)/engine_wasm3.o: $(CORE)/engine_wasm3.c $(CORE_TEST_HEADERS)
	@mkdir -p $(@D)
	@$(CORE_TEST_CC) $(CORE_ENGINE_FLAGS) $(CORE_TEST_FLAGS) -c $< -o $@

$(CORE_TEST_BUILD)/wasm3.o: $(CORE)/wasm3.c $(CORE_TEST_HEADERS)
	@mkdir -p $(@D)
	@$(CORE_TEST_CC) $(CORE_WASM3_FLAGS) $(CORE_TEST_SANITIZE) -c $< -o $@

$(CORE_TEST_BUILD)/wasm3_uncured.o: $(CORE)/wasm3.c $(CORE_TEST_HEADERS)
	@mkdir -p $(@D)
	@$(CORE_TEST_CC) $(CORE_WASM3_FLAGS) $(CORE_TEST_SANITIZE) -DKP_WASM3_UNCURED -c $< -o $@

$(CORE_TEST_BUILD)/%.o: $(CORE)/%.c $(CORE_TEST_HEADERS)
	@mkdir -p $(@D)
	@$(CORE_TEST_CC) $(CORE_FLAGS) $(CORE_TEST_FLAGS) -c $< -o $@

$(CORE_TEST_BUILD)/%.o: $(CORE_TEST)/%.c $(CORE_TEST_HEADERS)
	@mkdir -p $(@D)
	@$(CORE_TEST_CC) $(CORE_FLAGS) $(CORE_TEST_FLAGS) -c $< -o $@

$(CORE_TEST_BUILD)/test_%: $(CORE_TEST_BUILD)/test_%.o $(CORE_TEST_OBJECTS) $(CORE_TEST_BUILD)/wasm3.o
	@$(CORE_TEST_CC) $(CORE_TEST_FLAGS) $^ -lm -o $@

$(CORE_TEST_BUILD)/uncured: $(CORE_TEST_BUILD)/test_wasm3.o $(CORE_TEST_OBJECTS) $(CORE_TEST_BUILD)/wasm3_uncured.o
	@$(CORE_TEST_CC) $(CORE_TEST_FLAGS) $^ -lm -o $@

# The dispatch of processors without tail calls.
CORE_TEST_TRAMPOLINE = $(CORE_TEST_BUILD)/trampoline
$(CORE_TEST_TRAMPOLINE)/engine_wasm3.o: $(CORE)/engine_wasm3.c $(CORE_TEST_HEADERS)
	@mkdir -p $(@D)
	@$(CORE_TEST_CC) $(CORE_ENGINE_FLAGS) $(CORE_TEST_FLAGS) -DKP_WASM3_TRAMPOLINE -c $< -o $@

$(CORE_TEST_TRAMPOLINE)/wasm3.o: $(CORE)/wasm3.c $(CORE_TEST_HEADERS)
	@mkdir -p $(@D)
	@$(CORE_TEST_CC) $(CORE_WASM3_FLAGS) $(CORE_TEST_SANITIZE) -DKP_WASM3_TRAMPOLINE -c $< -o $@

$(CORE_TEST_TRAMPOLINE)/test_%: $(CORE_TEST_BUILD)/test_%.o $(filter-out %/engine_wasm3.o,$(CORE_TEST_OBJECTS)) \
  $(CORE_TEST_TRAMPOLINE)/engine_wasm3.o $(CORE_TEST_TRAMPOLINE)/wasm3.o
	@$(CORE_TEST_CC) $(CORE_TEST_FLAGS) $^ -lm -o $@

.PHONY: test-core test-uncured test-trampoline
test-trampoline: $(CORE_TEST_TRAMPOLINE)/test_actor $(CORE_TEST_TRAMPOLINE)/test_wasm3
	@set -e; for test in $^; do echo "$$(basename $$test) by trampoline"; $$test; done

test-core: $(CORE_TESTS:%=$(CORE_TEST_BUILD)/test_%)
	@set -e; for test in $^; do echo $$(basename $$test); $$test $(ROOT)/test/vectors/tokens.txt; done

test-uncured: $(CORE_TEST_BUILD)/uncured
	@for shape in 0 1 2 3; do if $< $$shape 2>/dev/null; then echo "shape $$shape passes without its cure"; exit 1; fi; done
	@echo "  ok all four shapes fail without the cures"
