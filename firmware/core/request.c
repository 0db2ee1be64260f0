#include "request.h"

#include "heap.h"
#include "session.h"
#include "wire.h"

/* Before the CBOR array: kind, id, operation or status. */
#define HEAD 3u

static struct {
    uint8_t *reply; /* body of the last REPLY */
    uint16_t capacity, length;
    bool owed;
    bool served; /* `reply` is of this session */
} requests;

static const kp_operation operations[] = {
    NULL,
    kp_operation_describe,
    kp_operation_inventory,
    kp_operation_module,
    kp_operation_create,
    kp_operation_start,
    kp_operation_remove,
    kp_operation_connect,
    kp_operation_disconnect,
    kp_operation_state,
    kp_operation_restore,
    kp_operation_resume,
    kp_operation_stop,
    kp_operation_evict,
    kp_operation_metrics,
};

int kp_request_init(uint16_t body_max) {
    requests.reply = kp_heap_alloc(body_max, KP_OWNER_RUNTIME);
    requests.capacity = body_max;
    kp_request_resume();
    return requests.reply == NULL ? KP_E_MEMORY : KP_OK;
}

void kp_request_resume(void) {
    requests.owed = requests.served = false;
}

static bool has_detail(int error) {
    return error == KP_E_MEMORY || error == KP_E_ABI || error == KP_E_CAPABILITY || error == KP_E_ARGUMENT ||
           error == KP_E_PORT || error == KP_E_TRAP;
}

/* The whole array is checked before anything is done, so that no operation meets broken CBOR halfway. */
static int serve(kp_request *request, uint8_t number) {
    kp_cbor_reader whole = request->in;
    whole.lenient = true;
    if (kp_cbor_peek(&whole) != KP_CBOR_ARRAY || kp_cbor_item(&whole, &(size_t){0}) == NULL || !kp_cbor_done(&whole)) {
        return KP_E_MALFORMED;
    }
    request->items = kp_cbor_array(&request->in);
    if (number == 0 || number >= sizeof operations / sizeof operations[0]) {
        return KP_E_MALFORMED;
    }
    const int error = operations[number](request);
    return error == KP_OK && request->out.full ? KP_E_LIMIT : error;
}

void kp_request_take(const uint8_t *body, size_t length) {
    if (length < HEAD) {
        return;
    }
    const uint8_t id = body[1];
    requests.owed = true;
    if (requests.served && requests.reply[1] == id) {
        return;
    }
    uint8_t *array = requests.reply + HEAD;
    kp_request request = {.in = kp_cbor_read(body + HEAD, length - HEAD),
                          .out = kp_cbor_write(array, requests.capacity - HEAD)};
    const int error = serve(&request, body[2]);
    if (error < 0 || kp_cbor_written(&request.out) == 0) {
        request.out = kp_cbor_write(array, requests.capacity - HEAD);
        kp_cbor_put_array(&request.out, has_detail(error) ? 1 : 0);
        if (has_detail(error)) {
            kp_cbor_put_uint(&request.out, error == KP_E_MEMORY ? kp_heap_free_bytes() : request.detail);
        }
    }
    requests.reply[0] = KP_KIND_REPLY;
    requests.reply[1] = id;
    requests.reply[2] = (uint8_t)kp_error_status(error);
    requests.length = (uint16_t)(HEAD + kp_cbor_written(&request.out));
    requests.served = true;
}

bool kp_request_send(void) {
    if (!requests.owed) {
        return false;
    }
    requests.owed = false;
    kp_frame_put(kp_wire_begin(kp_session_number()), requests.reply, requests.length);
    kp_wire_end();
    return true;
}
