/** Bytes of modules in the board's flash (port.h): whole pages a module, so that one is erased without its neighbours.
 */
#ifndef KP_FLASH_H
#define KP_FLASH_H

#include <stddef.h>
#include <stdint.h>

/** Erases pages for `total` bytes that no module in the store uses. NULL when the board has no flash, all is used, or
 * it cannot be erased: then the bytes belong into the heap. */
const uint8_t *kp_flash_take(uint32_t total);

/** Whether `bytes` of a module lie in flash. */
int kp_flash_holds(const uint8_t *bytes);

/**
 * Programs `count` bytes of a module of `total` at `at` + `offset`, which is a multiple of the unit of programming.
 * Returns how many were programmed: whole units, but for the end of the module, which is filled up with FF.
 * KP_E_MEMORY when flash did not take them.
 */
int32_t kp_flash_write(const uint8_t *at, uint32_t total, uint32_t offset, const uint8_t *bytes, size_t count);

#endif
