# Netduino Plus 2: STM32F405RG, Cortex-M4F.
BOARD_SOURCES := $(addprefix $(BOARDS)/stm32/,stm32.c stm32f4.c)
include $(BOARDS)/cortex_m/cortex_m.mk
