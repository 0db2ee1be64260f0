# STM32F4 Discovery: STM32F407VG, Cortex-M4F.
BOARD_SOURCES := $(addprefix $(BOARDS)/stm32/,stm32.c stm32f4.c)
include $(BOARDS)/cortex_m/cortex_m.mk
