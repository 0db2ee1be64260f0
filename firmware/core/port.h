/**
 * What a board supplies to the runtime: about a dozen functions and a table of capabilities. How to write one:
 * docs/porting.md.
 *
 * All are called from the main loop only, never from an interrupt. kp_port_receive(), kp_port_send() and the sleep
 * together must not lose a wake-up: a byte that arrives between the last kp_port_receive() and kp_port_sleep() ends the
 * sleep.
 */
#ifndef KP_PORT_H
#define KP_PORT_H

#include <stddef.h>
#include <stdint.h>

/** Takes up to `room` received bytes of the link into `bytes`; returns how many, 0 when there are none. Never waits. */
size_t kp_port_receive(uint8_t *bytes, size_t room);

/** Queues up to `count` bytes for sending; returns how many were taken, maybe 0. Never waits. */
size_t kp_port_send(const uint8_t *bytes, size_t count);

/** Milliseconds since the runtime started; monotonic, does not wrap. */
uint64_t kp_port_ms(void);

/** Sleeps until an interrupt, or at most `ms` milliseconds (UINT32_MAX: for ever). May return early. */
void kp_port_sleep(uint32_t ms);

/** 32 random bits, from a hardware generator where the chip has one. */
uint32_t kp_port_random(void);

/** Why the board started: bit field, 0 when it is not known. */
enum kp_port_reset {
    KP_RESET_POWER = 1,
    KP_RESET_PIN = 2,
    KP_RESET_SOFTWARE = 4,
    KP_RESET_WATCHDOG = 8,
    KP_RESET_FAULT = 16,
    KP_RESET_WAKE = 32,
};
uint32_t kp_port_reset_reason(void);

/** The device's identity, 8 bytes, the same at every start. */
void kp_port_unique_id(uint8_t id[8]);

/** Restarts the board. */
void kp_port_restart(void);

/** The longest part of the native stack that was ever used, in bytes; 0 when it is not measured. */
size_t kp_port_stack_used(void);

/** Largest unit of programming that the runtime knows. */
#define KP_FLASH_UNIT_MAX 32u

/**
 * Flash for modules: a region that neither the image nor anything else uses. Without one modules lie in the heap. Calls
 * may halt the processor; what the link loses meanwhile it sends again.
 */
typedef struct kp_flash {
    const uint8_t *base;  /* memory-mapped start; its bytes are read in place */
    uint32_t bytes;       /* size, a multiple of page_bytes; 0: the board has none */
    uint32_t page_bytes;  /* unit of erase, a multiple of write_bytes */
    uint32_t write_bytes; /* unit and alignment of programming, at most KP_FLASH_UNIT_MAX */
    /** Erases the page at `offset`, a multiple of page_bytes. 0, or anything else when it failed. */
    int (*erase)(uint32_t offset);
    /** Programs erased bytes; `offset` and `count` are multiples of write_bytes, `bytes` is aligned to nothing. 0, or
     * anything else when it failed. */
    int (*program)(uint32_t offset, const void *bytes, uint32_t count);
} kp_flash;
extern const kp_flash kp_port_flash;

/**
 * One capability: docs/module-abi.md, section 4, numbers from 32 on. `slots` holds the parameters as 32-bit words and
 * takes the result from word 0 on. Returns 0, or anything else to trap the caller with `capability`.
 */
typedef int (*kp_capability_function)(uint32_t *slots);
typedef struct kp_capability {
    uint8_t number;
    kp_capability_function function;
} kp_capability;

/** The board's capabilities in ascending order of number. sys.time, sys.random and log (48-50) are the runtime's own.
 */
extern const kp_capability kp_port_capabilities[];
extern const size_t kp_port_capability_count;

#endif
