/** The flash of native_sim: memory that behaves like NOR flash and ends the process when it is used wrongly. */
#ifndef NATIVE_SIM_FLASH_MEMORY_H
#define NATIVE_SIM_FLASH_MEMORY_H

#include <stdint.h>

#define FLASH_PAGE_BYTES 1024u
#define FLASH_UNIT_BYTES 8u

extern uint8_t flash_bytes[64u * FLASH_PAGE_BYTES];

/* See port.h. */
int flash_erase(uint32_t offset);
int flash_program(uint32_t offset, const void *bytes, uint32_t count);

#endif
