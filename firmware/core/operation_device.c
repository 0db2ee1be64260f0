#include "request.h"

#include "endpoint.h"
#include "heap.h"
#include "wire.h"

#include <string.h>

#ifndef KP_VERSION
#define KP_VERSION "0"
#endif

/* Capabilities that DESCRIBE can name: the numbers of the ABI are few. */
#define CAPABILITIES_MAX 32u

static const kp_identity *identity;

void kp_request_identity(const kp_identity *given) {
    identity = given;
}

static void put_string(kp_cbor_writer *out, const char *text) {
    kp_cbor_put_text(out, text, strlen(text));
}

/* ---- Attributes ---- */

static size_t key_length(const char *attribute) {
    const char *equals = strchr(attribute, '=');
    return equals == NULL ? strlen(attribute) : (size_t)(equals - attribute);
}

/* The order of encoded keys: shorter ones first, as the head holds the length. Negative, 0, positive like memcmp. */
static int compare_keys(const char *a, const char *b) {
    const size_t a_length = key_length(a), b_length = key_length(b);
    if (a_length != b_length) {
        return a_length < b_length ? -1 : 1;
    }
    return memcmp(a, b, a_length);
}

/* Whether the text is a whole number without leading zeros that an int64 surely holds. */
static bool whole_number(const char *text, int64_t *value) {
    const bool negative = *text == '-';
    const char *digits = text + negative;
    const size_t length = strlen(digits);
    if (length == 0 || length > 18 || (digits[0] == '0' && (length > 1 || negative))) {
        return false;
    }
    int64_t sum = 0;
    for (size_t i = 0; i < length; i++) {
        if (digits[i] < '0' || digits[i] > '9') {
            return false;
        }
        sum = 10 * sum + (digits[i] - '0');
    }
    *value = negative ? -sum : sum;
    return true;
}

static void put_value(kp_cbor_writer *out, const char *text) {
    int64_t number;
    if (whole_number(text, &number)) {
        kp_cbor_put_int(out, number);
    } else if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        kp_cbor_put_bool(out, text[0] == 't');
    } else {
        put_string(out, text);
    }
}

/* The first attribute in the order of keys that comes after `last` (NULL: the first of all); of equal keys the later
 * one counts. */
static const char *attribute_after(const char *last) {
    const char *best = NULL;
    for (unsigned i = 0; i < identity->attribute_count; i++) {
        const char *candidate = identity->attributes[i];
        if ((last == NULL || compare_keys(candidate, last) > 0) &&
            (best == NULL || compare_keys(candidate, best) <= 0)) {
            best = candidate;
        }
    }
    return best;
}

static void put_attributes(kp_cbor_writer *out) {
    uint32_t pairs = 0;
    for (const char *at = attribute_after(NULL); at != NULL; at = attribute_after(at)) {
        pairs++;
    }
    kp_cbor_put_map(out, pairs);
    for (const char *at = attribute_after(NULL); at != NULL; at = attribute_after(at)) {
        const size_t length = key_length(at);
        kp_cbor_put_text(out, at, length);
        put_value(out, at[length] == '=' ? at + length + 1 : "true");
    }
}

/* ---- DESCRIBE ---- */

int kp_operation_describe(kp_request *request) {
    kp_cbor_writer *out = &request->out;
    const kp_config *config = kp_config_now;
    uint8_t numbers[CAPABILITIES_MAX];
    const size_t count = kp_capability_numbers(numbers, sizeof numbers);
    if (request->items != 0) {
        return KP_E_MALFORMED;
    }
    kp_cbor_put_array(out, 7);
    put_string(out, identity->name);
    put_string(out, identity->board);
    kp_cbor_put_array(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        kp_cbor_put_uint(out, numbers[i]);
    }
    put_attributes(out);
    kp_cbor_put_array(out, 5);
    kp_cbor_put_uint(out, config->heap_bytes);
    kp_cbor_put_uint(out, kp_heap_free_bytes());
    kp_cbor_put_uint(out, config->token_max);
    kp_cbor_put_uint(out, config->frame_max);
    kp_cbor_put_uint(out, config->actors_max);
    put_string(out, KP_VERSION);
    kp_cbor_put_bool(out, identity->simulated);
    return KP_OK;
}

/* ---- INVENTORY ---- */

static void put_actor(kp_cbor_writer *out, const kp_actor *actor) {
    kp_cbor_put_array(out, 5);
    kp_cbor_put_uint(out, 0);
    kp_cbor_put_uint(out, actor->id);
    kp_cbor_put_bytes(out, actor->module->hash, KP_HASH_BYTES);
    kp_cbor_put_uint(out, actor->status);
    kp_cbor_put_uint(out, actor->fault);
}

static void put_endpoint(kp_cbor_writer *out, const kp_endpoint *end) {
    const kp_queue *queue = end->queue;
    kp_cbor_put_array(out, 6);
    kp_cbor_put_uint(out, 1);
    kp_cbor_put_uint(out, end->handle);
    kp_cbor_put_uint(out, end->sends);
    kp_cbor_put_uint(out, (end->sends ? queue->writer : queue->reader)->id);
    kp_cbor_put_uint(out, end->sends ? queue->outport : queue->inport);
    kp_cbor_put_uint(out, end->sends ? end->sender.base : end->receiver.next);
}

static void put_module(kp_cbor_writer *out, const kp_module *module) {
    kp_cbor_put_array(out, 4);
    kp_cbor_put_uint(out, 2);
    kp_cbor_put_bytes(out, module->hash, KP_HASH_BYTES);
    kp_cbor_put_uint(out, module->total);
    kp_cbor_put_uint(out, module->have);
}

/* Item `index` of actors, connections and modules in a row; false past the last. */
static bool put_item(kp_cbor_writer *out, unsigned index) {
    for (const kp_actor *actor = kp_actor_first(); actor != NULL; actor = actor->next) {
        if (index-- == 0) {
            put_actor(out, actor);
            return true;
        }
    }
    const kp_endpoint *end;
    for (unsigned i = 0; (end = kp_endpoint_at(i)) != NULL; i++) {
        if (index-- == 0) {
            put_endpoint(out, end);
            return true;
        }
    }
    for (const kp_module *module = kp_module_first(); module != NULL; module = module->next) {
        if (index-- == 0) {
            put_module(out, module);
            return true;
        }
    }
    return false;
}

/* How many items there are is known last but comes first: they are written behind the longest head and moved down. */
int kp_operation_inventory(kp_request *request) {
    enum {
        HEAD_MAX = 2 + 3
    };
    const uint32_t from = (uint32_t)kp_cbor_uint(&request->in, UINT16_MAX);
    if (request->items != 1 || !kp_cbor_done(&request->in)) {
        return KP_E_MALFORMED;
    }
    kp_cbor_writer *out = &request->out;
    kp_cbor_writer items = kp_cbor_write(out->start + HEAD_MAX, (size_t)(out->end - out->start) - HEAD_MAX);
    uint32_t count = 0;
    size_t size = 0;
    bool more;
    while ((more = put_item(&items, from + count)) && !items.full) {
        size = kp_cbor_written(&items);
        count++;
    }
    kp_cbor_put_array(out, 1 + count);
    kp_cbor_put_uint(out, more ? from + count : 0);
    memmove(out->at, items.start, size);
    out->at += size;
    return KP_OK;
}

/* ---- METRICS ---- */

static int put_device_metrics(kp_cbor_writer *out) {
    const kp_wire_counts *wire = kp_wire_counters();
    const kp_endpoint_counts *tokens = kp_endpoint_counters();
    kp_cbor_put_array(out, 9);
    kp_cbor_put_uint(out, kp_heap_free_bytes());
    kp_cbor_put_uint(out, kp_port_ms());
    kp_cbor_put_uint(out, wire->frames_in);
    kp_cbor_put_uint(out, wire->frames_bad);
    kp_cbor_put_uint(out, tokens->tokens_in);
    kp_cbor_put_uint(out, tokens->tokens_out);
    kp_cbor_put_uint(out, tokens->resent);
    kp_cbor_put_uint(out, kp_port_reset_reason());
    kp_cbor_put_uint(out, kp_port_stack_used());
    return KP_OK;
}

int kp_operation_metrics(kp_request *request) {
    if (request->items == 0) {
        return put_device_metrics(&request->out);
    }
    const uint16_t id = (uint16_t)kp_cbor_uint(&request->in, UINT16_MAX);
    if (request->items != 1 || !kp_cbor_done(&request->in)) {
        return KP_E_MALFORMED;
    }
    const kp_actor *actor = kp_actor_find(id);
    if (actor == NULL) {
        return KP_E_UNKNOWN;
    }
    kp_cbor_writer *out = &request->out;
    kp_cbor_put_array(out, 5);
    kp_cbor_put_uint(out, actor->status);
    kp_cbor_put_uint(out, actor->fault);
    kp_cbor_put_uint(out, actor->firings);
    kp_cbor_put_uint(out, actor->fuel);
    kp_cbor_put_uint(out, kp_actor_ram(actor));
    return KP_OK;
}
