# Host tests: `make test` builds and runs them all, with the address sanitizer and that of undefined behaviour.

ROOT := ..
include test/core.mk

LINK_TEST := $(BUILD)/test-link
LINK_UNIT_TESTS := frame connection sha256
LINK_UNIT_SOURCES := $(addprefix $(CORE)/,frame.c connection.c sha256.c)
# A whole device on a board of the test's own.
LINK_RIG_SOURCES := $(LINK_SOURCES) sim/room.c test/link_rig.c test/assemble.c
LINK_RIG_OBJECTS := $(filter-out %/harness.o %/assemble.o,$(CORE_TEST_OBJECTS)) $(CORE_TEST_BUILD)/wasm3.o
LINK_TEST_FLAGS := $(CORE_FLAGS) $(CORE_TEST_FLAGS) -I. -DKP_VERSION='"0.1.0"'
LINK_TEST_HEADERS := $(wildcard $(CORE)/*.h test/*.h sim/*.h)

$(LINK_UNIT_TESTS:%=$(LINK_TEST)/test_%): $(LINK_TEST)/test_%: test/test_%.c $(LINK_UNIT_SOURCES) $(LINK_TEST_HEADERS)
	@mkdir -p $(@D)
	@$(CORE_TEST_CC) $(LINK_TEST_FLAGS) $< $(LINK_UNIT_SOURCES) -o $@

$(LINK_TEST)/%: test/%.c $(LINK_RIG_SOURCES) $(LINK_RIG_OBJECTS) $(LINK_TEST_HEADERS)
	@mkdir -p $(@D)
	@$(CORE_TEST_CC) $(LINK_TEST_FLAGS) $< $(LINK_RIG_SOURCES) $(LINK_RIG_OBJECTS) -lm -o $@

.PHONY: test-link
test-link: $(LINK_UNIT_TESTS:%=$(LINK_TEST)/test_%) $(LINK_TEST)/test_link $(LINK_TEST)/fuzz
	@set -e; for test in $(filter-out %/fuzz,$^); do echo $$(basename $$test); $$test; done
	@echo fuzz; $(LINK_TEST)/fuzz 3

test: test-core test-trampoline test-uncured test-link

fuzz: $(LINK_TEST)/fuzz
	@$< $(SECONDS)
