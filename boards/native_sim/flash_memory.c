#include "flash_memory.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t flash_bytes[64u * FLASH_PAGE_BYTES];

static void require(bool good, const char *what, uint32_t offset) {
    if (!good) {
        fprintf(stderr, "native_sim: flash: %s at %u\n", what, (unsigned)offset);
        abort();
    }
}

int flash_erase(uint32_t offset) {
    require(offset % FLASH_PAGE_BYTES == 0 && offset < sizeof flash_bytes, "no page to erase", offset);
    memset(flash_bytes + offset, 0xFF, FLASH_PAGE_BYTES);
    return 0;
}

int flash_program(uint32_t offset, const void *bytes, uint32_t count) {
    require(offset % FLASH_UNIT_BYTES == 0 && count % FLASH_UNIT_BYTES == 0, "not aligned", offset);
    require(offset <= sizeof flash_bytes && count <= sizeof flash_bytes - offset, "out of bounds", offset);
    for (uint32_t i = 0; i < count; i++) {
        require(flash_bytes[offset + i] == 0xFF, "programmed before it was erased", offset + i);
    }
    memcpy(flash_bytes + offset, bytes, count);
    return 0;
}
