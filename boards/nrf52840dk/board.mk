# nRF52840 DK: Cortex-M4F.
CORTEX_M_TIME := $(BOARDS)/nrf/time.c
BOARD_SOURCES := $(addprefix $(BOARDS)/nrf/,nrf.c uarte.c)
include $(BOARDS)/cortex_m/cortex_m.mk
