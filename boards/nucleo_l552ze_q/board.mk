# Nucleo-144 with an STM32L552ZE-Q: Cortex-M33.
CPU := -mcpu=cortex-m33 -mfloat-abi=hard -mfpu=fpv5-sp-d16
BOARD_SOURCES := $(addprefix $(BOARDS)/stm32/,stm32.c usart.c)
include $(BOARDS)/cortex_m/cortex_m.mk
