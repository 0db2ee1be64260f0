/** Requests of the host and their replies (docs/link-protocol.md, section 4). */
#ifndef KP_REQUEST_H
#define KP_REQUEST_H

#include "cbor.h"
#include "link.h"

/** A request being served: its array's head has been taken from `in`. */
typedef struct kp_request {
    kp_cbor_reader in;
    uint32_t items;     /* of the array */
    kp_cbor_writer out; /* where an operation that succeeds writes the reply's array; nothing written: [] */
    uint32_t detail;    /* of the error */
} kp_request;

/** Serves one operation: 0, or a negative kp_error after which nothing has changed. */
typedef int (*kp_operation)(kp_request *request);

/* On actors and modules: operation_actor.c. */
int kp_operation_module(kp_request *request);
int kp_operation_create(kp_request *request);
int kp_operation_start(kp_request *request);
int kp_operation_remove(kp_request *request);
int kp_operation_resume(kp_request *request);
int kp_operation_stop(kp_request *request);
int kp_operation_state(kp_request *request);
int kp_operation_restore(kp_request *request);
int kp_operation_evict(kp_request *request);

/* On connections: operation_connection.c. */
int kp_operation_connect(kp_request *request);
int kp_operation_disconnect(kp_request *request);

/** Makes the connections of an array at `list`, all or none; actor 0 stands for `made`. The error's detail is the index
 * of the connection. */
int kp_connections_make(kp_cbor_reader *list, kp_actor *made, uint32_t *detail);

/* About the device: operation_device.c. */
int kp_operation_describe(kp_request *request);
int kp_operation_inventory(kp_request *request);
int kp_operation_metrics(kp_request *request);

/** What DESCRIBE says. */
void kp_request_identity(const kp_identity *identity);

/** Takes the buffer of the last reply from the heap. 0 or KP_E_MEMORY. */
int kp_request_init(uint16_t body_max);

/** A new session: no request has been served in it. */
void kp_request_resume(void);

/** Serves a REQUEST, or takes the last reply again when the id is that of the last one. `body` begins with the kind. */
void kp_request_take(const uint8_t *body, size_t length);

/** Sends the reply that is owed, when the wire is ready. False when there is none. */
bool kp_request_send(void);

#endif
