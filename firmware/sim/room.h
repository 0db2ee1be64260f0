/**
 * A simulated room for boards without sensors: a body of air that cools down to the outside and has a heater.
 *
 * First order: dT/dt = (T_end - T) / tau, T_end = 15 °C with the heater off and 35 °C with it on, tau = 10 s (a very
 * small room, so that a demonstration takes seconds), T(0) = 15 °C. Stepped by the milliseconds between the calls; the
 * same sequence of calls and times gives the same bits on every board.
 */
#ifndef KP_SIM_ROOM_H
#define KP_SIM_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#define ROOM_OUTSIDE_C  15.0f /**< where it ends with the heater off, and starts, in degrees Celsius */
#define ROOM_HEATED_C   35.0f /**< where it ends with the heater on */
#define ROOM_TAU_MS     10000 /**< time constant */
#define ROOM_HEATER_PIN 1     /**< digital output that switches the heater */

/** Temperature in degrees Celsius at `now` (ms since start, never less than in the call before). */
float room_temperature(uint64_t now);
/** Switches the heater at `now`. */
void room_heat(uint64_t now, bool on);
bool room_heater(void);
/** The lamp: an output that is only recorded. */
void room_set_light(bool on);
bool room_light(void);
/** Back to the start. */
void room_reset(void);

/* Capabilities over the room, for a board's table (port.h). io.digitalout knows ROOM_HEATER_PIN only: another pin
 * fails. */
int room_sense_temp(uint32_t *slots);
int room_io_light(uint32_t *slots);
int room_io_digitalout(uint32_t *slots);

/** The table of a board that has nothing but the room; see port.h. */
#define ROOM_CAPABILITIES                                                                                              \
    {32, room_sense_temp}, {40, room_io_light}, {                                                                      \
        41, room_io_digitalout                                                                                         \
    }

#endif
