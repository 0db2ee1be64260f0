# Nucleo-64 with an STM32L073RZ: Cortex-M0+.
CPU := -mcpu=cortex-m0plus
BOARD_SOURCES := $(addprefix $(BOARDS)/stm32/,stm32.c usart.c)
include $(BOARDS)/cortex_m/cortex_m.mk
