# Host tests: `make test` builds and runs them all, with the address sanitizer and that of undefined behaviour.

ROOT := ..
include test/core.mk

LINK_TEST := $(BUILD)/test-link
LINK_TESTS := frame connection sha256
LINK_TEST_SOURCES := $(addprefix $(CORE)/,frame.c connection.c sha256.c)
LINK_TEST_CC := gcc -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all

$(LINK_TEST)/test_%: test/test_%.c $(LINK_TEST_SOURCES) $(wildcard $(CORE)/*.h test/*.h)
	@mkdir -p $(@D)
	@$(LINK_TEST_CC) $(CORE_FLAGS) $(WARNINGS) -Itest $< $(LINK_TEST_SOURCES) -o $@

.PHONY: test-link
test-link: $(LINK_TESTS:%=$(LINK_TEST)/test_%)
	@set -e; for test in $^; do echo $$(basename $$test); $$test $(ROOT)/test/vectors/frames.txt; done

test: test-core test-uncured test-link
