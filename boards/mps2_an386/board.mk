# Arm MPS2 with the image AN386: Cortex-M4F.
include $(BOARDS)/cortex_m/cortex_m.mk
