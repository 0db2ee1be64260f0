#include "room.h"

#include "port.h"

#include <string.h>

static struct {
    uint64_t time; /* of `temperature` */
    float temperature;
    bool heater, light;
} room = {.temperature = ROOM_OUTSIDE_C};

/* (1 - 1 / tau)^n by repeated squaring: a long sleep costs no more than a short one. */
static float decay(uint64_t ms) {
    float base = 1.0f - 1.0f / (float)ROOM_TAU_MS;
    float product = 1.0f;
    for (; ms > 0 && base > 0.0f; ms >>= 1) {
        if (ms & 1u) {
            product *= base;
        }
        base *= base;
    }
    return ms > 0 ? 0.0f : product;
}

float room_temperature(uint64_t now) {
    const float end = room.heater ? ROOM_HEATED_C : ROOM_OUTSIDE_C;
    const float difference = room.temperature - end;
    const float left = difference * decay(now - room.time);
    room.temperature = end + left;
    room.time = now;
    return room.temperature;
}

void room_heat(uint64_t now, bool on) {
    (void)room_temperature(now);
    room.heater = on;
}

bool room_heater(void) {
    return room.heater;
}

void room_set_light(bool on) {
    room.light = on;
}

bool room_light(void) {
    return room.light;
}

void room_reset(void) {
    room.time = 0;
    room.temperature = ROOM_OUTSIDE_C;
    room.heater = room.light = false;
}

int room_sense_temp(uint32_t *slots) {
    const float temperature = room_temperature(kp_port_ms());
    memcpy(slots, &temperature, sizeof temperature);
    return 0;
}

int room_io_light(uint32_t *slots) {
    room_set_light(slots[0] != 0);
    return 0;
}

int room_io_digitalout(uint32_t *slots) {
    if (slots[0] != ROOM_HEATER_PIN) {
        return -1;
    }
    room_heat(kp_port_ms(), slots[1] != 0);
    return 0;
}
