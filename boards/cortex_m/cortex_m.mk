# An image for a Cortex-M. A board's board.mk includes this; its folder has board.c, device.h and memory.ld. What it may set
# before:
#
#   CPU            GCC's flags of the core; by default those of a Cortex-M4F
#   BOARD_SOURCES  more sources of the board, such as its family's drivers
#   CORTEX_M_TIME  where time and sleep come from; by default SysTick

IMAGE := $(BUILD)/$(BOARD)
comma := ,
CPU ?= -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16
CORTEX_M_TIME ?= $(BOARDS)/cortex_m/time.c
ARM := arm-none-eabi-gcc -mthumb $(CPU)
ARM_FLAGS := $(CORE_BOARD_FLAGS) -ffp-contract=off -isystem $(CMSIS) -I$(BOARDS)/$(BOARD) -I$(BOARDS)/cortex_m -I$(BOARDS)/nrf -I$(BOARDS)/stm32 \
  -DBOARD_NAME='"$(BOARD)"' -DDEVICE_NAME='"$(NAME)"' \
  $(if $(ATTRS),-DDEVICE_ATTRIBUTES='$(foreach a,$(ATTRS),"$(a)"$(comma))') \
  $$(if $$(filter $(CORE_HOT),$$(<F)),-O2)
ARM_SOURCES := $(RUNTIME) sim/room.c $(BOARDS)/$(BOARD)/board.c $(BOARD_SOURCES) $(CORTEX_M_TIME) \
  $(addprefix $(BOARDS)/cortex_m/,main.c memory.c startup.c uart.c)
ARM_OBJECTS := $(call objects,$(IMAGE),$(ARM_SOURCES))
ARM_SCRIPTS := $(BOARDS)/$(BOARD)/memory.ld $(BOARDS)/cortex_m/cortex_m.ld

image: $(IMAGE)/kappa.elf
sizes: $(IMAGE)/kappa.elf
	@node size.mjs $(IMAGE)/kappa.map

$(eval $(call compile,$(IMAGE),$(ARM),$(ARM_FLAGS)))

# main.c holds the name and the attributes: it is compiled anew when they change.
$(IMAGE)/identity: FORCE
	@mkdir -p $(@D)
	@printf '%s' '$(NAME) $(ATTRS)' | cmp -s - $@ || printf '%s' '$(NAME) $(ATTRS)' > $@
$(IMAGE)/boards/cortex_m/main.o: $(IMAGE)/identity

$(IMAGE)/kappa.elf: $(ARM_OBJECTS) $(ARM_SCRIPTS)
	@$(ARM) $(ARM_OBJECTS) $(ARM_SCRIPTS:%=-T %) -Os -nostartfiles --specs=nano.specs --specs=nosys.specs -Wl,--gc-sections \
	  -Wl,-Map=$(@:.elf=.map) -Wl,--no-warn-rwx-segments -lm -o $@
	@arm-none-eabi-objcopy -O ihex $@ $(@:.elf=.hex)
	@arm-none-eabi-objcopy -O binary $@ $(@:.elf=.bin)
	@node size.mjs $(@:.elf=.map)

-include $(ARM_OBJECTS:.o=.d)
