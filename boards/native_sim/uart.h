/** The UART of native_sim: a socket or pseudo-terminal, one peer after another. Without a peer, bytes go nowhere. */
#ifndef NATIVE_SIM_UART_H
#define NATIVE_SIM_UART_H

#include <stddef.h>
#include <stdint.h>

/** Opens it at `where` (tcp:ADDRESS:PORT, unix:PATH, NULL for a pseudo-terminal) and prints `listening ...`. Exits with
 * 1 when that fails. */
void uart_open(const char *where);
size_t uart_receive(uint8_t *bytes, size_t room);
size_t uart_send(const uint8_t *bytes, size_t count);
/** Waits for bytes, for room to send when uart_send() took less than given, or `ms` milliseconds (UINT32_MAX: for
 * ever). SIGTERM and SIGINT end the process with 0 here. */
void uart_wait(uint32_t ms);

#endif
