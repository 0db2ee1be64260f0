/* Small peripherals of Nordic's chips. */
#include "nrf.h"

#include "cortex_m.h"

#include <string.h>

/* Passes of a loop that waits for a peripheral: a number takes up to 0.7 ms, a temperature 36 µs. */
#define WAIT_STEPS 100000u

static bool happens(volatile uint32_t *event) {
    for (uint32_t steps = WAIT_STEPS; steps > 0; steps--) {
        if (*event != 0) {
            *event = 0;
            return true;
        }
    }
    return false;
}

/* ---- Reset and identity ---- */

/* The flags stay until they are cleared by writing 1 (RESETREAS in POWER). None: power came up. */
uint32_t nrf_reset_reason(void) {
    static const struct {
        uint8_t flag, reason;
    } reasons[] = {
        {0, KP_RESET_PIN}, {1, KP_RESET_WATCHDOG}, {2, KP_RESET_SOFTWARE}, {3, KP_RESET_FAULT}, {16, KP_RESET_WAKE}};
    if (nrf_is_emulated()) {
        return 0;
    }
    const uint32_t flags = NRF_RESETREAS;
    uint32_t found = 0;
    for (unsigned i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if ((flags >> reasons[i].flag) & 1u) {
            found |= reasons[i].reason;
        }
    }
    NRF_RESETREAS = flags;
    return found != 0 ? found : KP_RESET_POWER;
}

bool nrf_is_emulated(void) {
    return NRF_DEVICEID(1) == 0x12345678u && NRF_DEVICEID(2) == 0x9ABCDEF1u;
}

void kp_port_unique_id(uint8_t id[8]) {
    if (nrf_is_emulated()) {
        cortex_m_name_id(id);
        return;
    }
    for (unsigned i = 0; i < 8; i++) {
        id[i] = (uint8_t)(NRF_DEVICEID(i / 4u) >> (8u * (i % 4u)));
    }
}

/* ---- Random numbers, with the correction of bias ---- */

uint32_t kp_port_random(void) {
    uint32_t bits = 0;
    NRF_RNG_CONFIG = 1;
    NRF_RNG_VALRDY = 0;
    NRF_RNG_START = 1;
    for (unsigned i = 0; i < 4 && happens(&NRF_RNG_VALRDY); i++) {
        bits = bits << 8 | (NRF_RNG_VALUE & 0xFFu);
    }
    NRF_RNG_STOP = 1;
    return bits;
}

/* ---- Thermometer ---- */

bool nrf_temperature(float *celsius) {
    NRF_TEMP_DATARDY = 0;
    NRF_TEMP_START = 1;
    const bool ready = !nrf_is_emulated() && happens(&NRF_TEMP_DATARDY);
    if (ready) {
        *celsius = (float)(int32_t)NRF_TEMP_TEMP * 0.25f;
    }
    NRF_TEMP_STOP = 1;
    return ready;
}

/* ---- Pins: PIN_CNF holds direction in bit 0, the input buffer's disconnection in bit 1, the pull in bits 2 and 3 ----
 */

void nrf_pin_write(unsigned pin, bool on) {
    const uint32_t bit = 1u << (pin % 32u);
    if (on) {
        NRF_GPIO_OUTSET(pin) = bit;
    } else {
        NRF_GPIO_OUTCLR(pin) = bit;
    }
    NRF_GPIO_CNF(pin) = 1u;
}

void nrf_pin_input(unsigned pin, enum nrf_pull pull) {
    NRF_GPIO_CNF(pin) = (uint32_t)pull << 2;
}

bool nrf_pin_read(unsigned pin) {
    return (NRF_GPIO_IN(pin) >> (pin % 32u)) & 1u;
}

/* ---- Flash: the processor halts while a page is erased (22 ms on the nRF51, 85 ms on the nRF52840) ---- */

#define NVMC_READ  0u
#define NVMC_WRITE 1u
#define NVMC_ERASE 2u

static void wait_until_ready(void) {
    while ((NRF_NVMC_READY & 1u) == 0) {
    }
}

int nrf_flash_erase(uintptr_t page) {
    NRF_NVMC_CONFIG = NVMC_ERASE;
    wait_until_ready();
    NRF_NVMC_ERASEPAGE = (uint32_t)page;
    wait_until_ready();
    NRF_NVMC_CONFIG = NVMC_READ;
    wait_until_ready();
    return *(const volatile uint32_t *)page == 0xFFFFFFFFu ? 0 : -1;
}

int nrf_flash_program(uintptr_t at, const void *bytes, uint32_t count) {
    NRF_NVMC_CONFIG = NVMC_WRITE;
    wait_until_ready();
    for (uint32_t done = 0; done < count; done += 4u) {
        uint32_t word;
        memcpy(&word, (const uint8_t *)bytes + done, sizeof word);
        *(volatile uint32_t *)(at + done) = word;
        wait_until_ready();
    }
    NRF_NVMC_CONFIG = NVMC_READ;
    wait_until_ready();
    return memcmp((const void *)at, bytes, count) == 0 ? 0 : -1;
}
