# native_sim: a Linux process, plain and with sanitizers.

NATIVE_SOURCES := $(RUNTIME) sim/room.c $(addprefix $(BOARDS)/native_sim/,board.c flash_memory.c options.c uart.c)
NATIVE := $(BUILD)/native_sim
NATIVE_ASAN := $(BUILD)/native_sim_asan
NATIVE_SANITIZE := -fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all

image: $(NATIVE)/kappa $(NATIVE_ASAN)/kappa

$(eval $(call compile,$(NATIVE),gcc,-O2))
$(eval $(call compile,$(NATIVE_ASAN),gcc,-O1 $(NATIVE_SANITIZE)))

$(NATIVE)/kappa: $(call objects,$(NATIVE),$(NATIVE_SOURCES))
	@gcc $^ -lm -o $@
$(NATIVE_ASAN)/kappa: $(call objects,$(NATIVE_ASAN),$(NATIVE_SOURCES))
	@gcc $(NATIVE_SANITIZE) $^ -lm -o $@

-include $(patsubst %.o,%.d,$(call objects,$(NATIVE),$(NATIVE_SOURCES)) $(call objects,$(NATIVE_ASAN),$(NATIVE_SOURCES)))
