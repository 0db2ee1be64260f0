# BBC micro:bit, version 1: nRF51822, Cortex-M0.
CPU := -mcpu=cortex-m0
CORTEX_M_TIME := $(BOARDS)/nrf/time.c
BOARD_SOURCES := $(BOARDS)/nrf/nrf.c
include $(BOARDS)/cortex_m/cortex_m.mk
