#include "flash.h"

#include "kp_error.h"
#include "module.h"
#include "port.h"

#include <string.h>

/* What is in use is written nowhere: the store's modules tell. */

int kp_flash_holds(const uint8_t *bytes) {
    return kp_port_flash.bytes > 0 && bytes >= kp_port_flash.base &&
           (size_t)(bytes - kp_port_flash.base) < kp_port_flash.bytes;
}

static uint32_t pages_of(uint32_t bytes) {
    return (bytes + kp_port_flash.page_bytes - 1u) / kp_port_flash.page_bytes;
}

/* Of the pages from `first` on, how many come before the end of the last module that is in the way; 0: all are free. */
static uint32_t pages_in_the_way(uint32_t first, uint32_t pages) {
    uint32_t way = 0;
    for (const kp_module *module = kp_module_first(); module; module = module->next) {
        if (!kp_flash_holds(module->bytes))
            continue;
        uint32_t begin = (uint32_t)(module->bytes - kp_port_flash.base) / kp_port_flash.page_bytes;
        uint32_t end = begin + pages_of(module->total);
        if (begin < first + pages && end > first && end - first > way)
            way = end - first;
    }
    return way;
}

static const uint8_t *erase(uint32_t first, uint32_t pages) {
    for (uint32_t page = first; page < first + pages; page++)
        if (kp_port_flash.erase(page * kp_port_flash.page_bytes) != 0)
            return NULL;
    return kp_port_flash.base + first * kp_port_flash.page_bytes;
}

static const uint8_t *take_between(uint32_t first, uint32_t end, uint32_t pages) {
    while (first + pages <= end) {
        uint32_t way = pages_in_the_way(first, pages);
        if (way == 0)
            return erase(first, pages);
        first += way;
    }
    return NULL;
}

/* The search begins anywhere, so that all pages wear alike. */
const uint8_t *kp_flash_take(uint32_t total) {
    if (kp_port_flash.bytes == 0)
        return NULL;
    uint32_t all = kp_port_flash.bytes / kp_port_flash.page_bytes;
    uint32_t start = kp_port_random() % all;
    const uint8_t *found = take_between(start, all, pages_of(total));
    return found ? found : take_between(0, all, pages_of(total));
}

int32_t kp_flash_write(const uint8_t *at, uint32_t total, uint32_t offset, const uint8_t *bytes, size_t count) {
    uint32_t place = (uint32_t)(at - kp_port_flash.base) + offset;
    uint32_t rest = (uint32_t)count % kp_port_flash.write_bytes;
    uint32_t whole = (uint32_t)count - rest;
    if (whole > 0 && kp_port_flash.program(place, bytes, whole) != 0)
        return KP_E_MEMORY;
    if (rest == 0 || offset + count < total)
        return (int32_t)whole;
    uint8_t last[KP_FLASH_UNIT_MAX];
    memset(last, 0xFF, sizeof last);
    memcpy(last, bytes + whole, rest);
    return kp_port_flash.program(place + whole, last, kp_port_flash.write_bytes) == 0 ? (int32_t)count : KP_E_MEMORY;
}
