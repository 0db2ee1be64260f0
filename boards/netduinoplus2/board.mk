# Netduino Plus 2: STM32F405RG, Cortex-M4F.
include $(BOARDS)/cortex_m/cortex_m.mk
