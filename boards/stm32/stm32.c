/* Small peripherals of ST's chips. GPIO: MODER, PUPDR, IDR, BSRR and AFR lie alike in all families here. */
#include "cortex_m.h"

#include "stm32.h"

#define RANDOM_STEPS 10000u

#define PORT(pin, offset) REGISTER(STM32_GPIO + STM32_GPIO_STRIDE * ((pin) / 16u) + (offset))
#define MODER(pin)        PORT(pin, 0x00u)
#define PUPDR(pin)        PORT(pin, 0x0Cu)
#define IDR(pin)          PORT(pin, 0x10u)
#define BSRR(pin)         PORT(pin, 0x18u)
#define AFR(pin)          PORT(pin, 0x20u + 4u * ((pin) % 16u / 8u))

#define MODE_INPUT    0u
#define MODE_OUTPUT   1u
#define MODE_FUNCTION 2u

bool stm32_wait_for(volatile uint32_t *where, uint32_t mask, uint32_t value, uint32_t steps) {
    for (; steps > 0; steps--) {
        if ((*where & mask) == value) {
            return true;
        }
    }
    return false;
}

/* ---- Pins ---- */

static void set_two_bits(volatile uint32_t *where, unsigned pin, uint32_t value) {
    const unsigned shift = pin % 16u * 2u;
    *where = (*where & ~(3u << shift)) | value << shift;
}

void stm32_pin_write(unsigned pin, bool on) {
    BSRR(pin) = 1u << (pin % 16u + (on ? 0u : 16u));
    set_two_bits(&MODER(pin), pin, MODE_OUTPUT);
}

void stm32_pin_input(unsigned pin, enum stm32_pull pull) {
    set_two_bits(&PUPDR(pin), pin, pull);
    set_two_bits(&MODER(pin), pin, MODE_INPUT);
}

void stm32_pin_function(unsigned pin, unsigned function, enum stm32_pull pull) {
    const unsigned shift = pin % 8u * 4u;
    AFR(pin) = (AFR(pin) & ~(0xFu << shift)) | function << shift;
    set_two_bits(&PUPDR(pin), pin, pull);
    set_two_bits(&MODER(pin), pin, MODE_FUNCTION);
}

bool stm32_pin_read(unsigned pin) {
    return (IDR(pin) >> (pin % 16u)) & 1u;
}

bool stm32_pin_is_output(unsigned pin) {
    return ((MODER(pin) >> (pin % 16u * 2u)) & 3u) == MODE_OUTPUT;
}

static bool is_free(uint32_t pin, const uint16_t *free_pins, unsigned ports) {
    return pin / 16u < ports && (free_pins[pin / 16u] >> (pin % 16u)) & 1u;
}

int stm32_digitalout(uint32_t *slots, const uint16_t *free_pins, unsigned ports) {
    if (!is_free(slots[0], free_pins, ports)) {
        return -1;
    }
    stm32_pin_write(slots[0], slots[1] != 0);
    return 0;
}

int stm32_digitalin(uint32_t *slots, const uint16_t *free_pins, unsigned ports, enum stm32_pull pull) {
    const uint32_t pin = slots[0];
    if (!is_free(pin, free_pins, ports)) {
        return -1;
    }
    if (!stm32_pin_is_output(pin)) {
        stm32_pin_input(pin, pull);
    }
    slots[0] = stm32_pin_read(pin);
    return 0;
}

/* ---- Reset, random numbers, identity ---- */

uint32_t stm32_reset_reason(volatile uint32_t *csr, uint32_t rmvf, uint32_t power) {
    const struct {
        uint32_t flags, reason;
    } reasons[] = {{power, KP_RESET_POWER},
                   {1u << 31, KP_RESET_POWER},
                   {3u << 29, KP_RESET_WATCHDOG},
                   {1u << 28, KP_RESET_SOFTWARE}};
    const uint32_t flags = *csr;
    uint32_t found = 0;
    for (unsigned i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (flags & reasons[i].flags) {
            found |= reasons[i].reason;
        }
    }
    *csr |= rmvf;
    return found != 0 ? found : KP_RESET_PIN; /* every reset pulls the pin: it counts when it is alone */
}

bool stm32_random(volatile uint32_t *rng, uint32_t *bits) {
    if (!stm32_wait_for(&rng[1], 1u, 1u, RANDOM_STEPS)) {
        return false;
    }
    *bits = rng[2];
    return true;
}

void stm32_unique_id(const uint32_t words[3], uint8_t id[8]) {
    const uint32_t folded[2] = {words[0] ^ words[2], words[1]};
    for (unsigned i = 0; i < 8; i++) {
        id[i] = (uint8_t)(folded[i / 4u] >> (8u * (i % 4u)));
    }
}
