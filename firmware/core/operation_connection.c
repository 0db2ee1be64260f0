#include "request.h"

#include "endpoint.h"

/* Most connections in one request: each takes 4 bytes at least. */
#define CONNECTIONS_MAX 64u

enum {
    SEND = 0,
    RECEIVE = 1,
    LOCAL = 2,
    VOID = 3
};

/* A connection as a request names it. */
typedef struct {
    uint8_t kind;
    uint8_t port;    /* outport, or inport of RECEIVE */
    uint8_t inport;  /* of LOCAL */
    uint16_t actor;  /* 0: the one being created */
    uint16_t handle; /* of SEND and RECEIVE */
    uint16_t to;     /* of LOCAL */
    kp_manner manner;
} connection;

/* The elements at the end that need not be there; `left` counts those that do. */
static uint8_t take_optional(kp_cbor_reader *list, uint32_t *left, unsigned most) {
    if (*left == 0) {
        return 0;
    }
    --*left;
    return (uint8_t)kp_cbor_uint(list, most);
}

static bool is_text(const uint8_t *item) {
    return item != NULL && item[0] >> 5 == KP_CBOR_TEXT;
}

/* A tag: a text; or selectors: an array of texts. `null` stands for none. */
static const uint8_t *take_key(kp_cbor_reader *list, uint32_t *left, bool several, uint8_t *count) {
    size_t size = 0;
    *count = 0;
    if (*left == 0) {
        return NULL;
    }
    --*left;
    if (kp_cbor_take_null(list)) {
        return NULL;
    }
    const kp_cbor_reader before = *list;
    const uint8_t *item = kp_cbor_item(list, &size);
    bool good = item != NULL && size <= UINT8_MAX && (several || is_text(item));
    if (good && several) {
        kp_cbor_reader keys = before;
        size_t length;
        for (uint32_t keys_left = kp_cbor_array(&keys); keys_left > 0 && !keys.bad; keys_left--) {
            good = is_text(kp_cbor_item(&keys, &length)) && good;
        }
        good = good && !keys.bad;
    }
    if (!good) {
        kp_cbor_fail(list);
        return NULL;
    }
    *count = (uint8_t)size;
    return item;
}

/* SEND [length, routing, turn, selectors], RECEIVE [length, collecting, place, tag], LOCAL [length, routing, turn,
 * collecting, place, tag, selectors]. */
static void take_manner(kp_cbor_reader *list, uint32_t *left, connection *c) {
    kp_manner *manner = &c->manner;
    if (*left > 7) {
        return;
    }
    manner->length = take_optional(list, left, KP_QUEUE_LENGTH_MAX);
    if (c->kind != RECEIVE) {
        manner->routing = take_optional(list, left, UINT8_MAX);
        manner->turn = take_optional(list, left, UINT8_MAX);
    }
    if (c->kind != SEND) {
        manner->collecting = take_optional(list, left, UINT8_MAX);
        manner->place = take_optional(list, left, UINT8_MAX);
        manner->tag = take_key(list, left, false, &manner->tag_count);
    }
    if (c->kind != RECEIVE) {
        manner->selectors = take_key(list, left, true, &manner->selectors_count);
    }
    if (manner->collecting < KP_TAGGED || manner->collecting > KP_ANY_TAGGED) {
        manner->tag = NULL;
        manner->tag_count = 0;
    }
    if (manner->routing != KP_MAPPED) {
        manner->selectors = NULL;
        manner->selectors_count = 0;
    }
}

static void take_connection(kp_cbor_reader *list, connection *c) {
    *c = (connection){0};
    uint32_t items = kp_cbor_array(list);
    c->kind = (uint8_t)kp_cbor_uint(list, VOID);
    c->actor = (uint16_t)kp_cbor_uint(list, UINT16_MAX);
    c->port = (uint8_t)kp_cbor_uint(list, UINT8_MAX);
    items -= 3;
    if (c->kind == LOCAL) {
        c->to = (uint16_t)kp_cbor_uint(list, UINT16_MAX);
        c->inport = (uint8_t)kp_cbor_uint(list, UINT8_MAX);
        items -= 2;
    } else if (c->kind != VOID) {
        c->handle = (uint16_t)kp_cbor_uint(list, UINT16_MAX);
        items -= 1;
    }
    if (c->kind != VOID) {
        take_manner(list, &items, c);
    }
    if (items != 0) {
        kp_cbor_fail(list);
    }
}

static kp_actor *actor_of(uint16_t id, kp_actor *made) {
    return id == 0 ? made : kp_actor_find(id);
}

static bool has_void(const kp_actor *actor, unsigned port) {
    return port < 32u && ((actor->is_void >> port) & 1u) != 0;
}

/* Makes one; `fresh` tells that it was not there before. */
static int make(const connection *c, kp_actor *made, bool *fresh) {
    kp_actor *actor = actor_of(c->actor, made);
    kp_actor *to = c->kind == LOCAL ? actor_of(c->to, made) : actor;
    *fresh = true;
    if (actor == NULL || to == NULL) {
        return KP_E_UNKNOWN;
    }
    switch (c->kind) {
    case LOCAL:
        return kp_connect_local(actor, c->port, to, c->inport, &c->manner);
    case VOID:
        *fresh = !has_void(actor, c->port);
        return kp_connect_void(actor, c->port);
    default:
        return kp_endpoint_connect(c->kind == SEND, actor, c->port, c->handle, &c->manner);
    }
}

static void unmake(const connection *c, kp_actor *made) {
    kp_actor *actor = actor_of(c->actor, made);
    if (c->kind == SEND || c->kind == RECEIVE) {
        kp_endpoint *end = kp_endpoint_find(c->handle);
        if (end != NULL && end->sends == (c->kind == SEND)) {
            kp_endpoint_remove(end);
        }
    } else if (actor != NULL && c->kind == VOID) {
        if (has_void(actor, c->port)) {
            kp_disconnect_void(actor, c->port);
        }
    } else if (actor != NULL) {
        const kp_actor *to = actor_of(c->to, made);
        kp_queue *queue = to == NULL ? NULL : kp_connection_find(actor, c->port, to, c->inport);
        if (queue != NULL) {
            kp_disconnect(queue);
        }
    }
}

/* Whether `count` connections stand at `list`, all of them well-formed. Takes them. */
static bool well_formed(kp_cbor_reader *list, uint32_t count) {
    connection c;
    for (uint32_t i = 0; i < count && !list->bad; i++) {
        take_connection(list, &c);
    }
    return !list->bad;
}

static int make_all(const kp_cbor_reader *list, uint32_t count, kp_actor *made, uint32_t *detail) {
    uint64_t fresh = 0; /* those to be unmade when a later one fails */
    connection c;
    kp_cbor_reader at = *list;
    for (uint32_t i = 0; i < count; i++) {
        bool is_fresh;
        take_connection(&at, &c);
        const int error = make(&c, made, &is_fresh);
        if (error == KP_OK) {
            fresh |= (uint64_t)is_fresh << i;
            continue;
        }
        *detail = i;
        at = *list;
        for (uint32_t k = 0; k < i; k++) {
            take_connection(&at, &c);
            if ((fresh >> k) & 1u) {
                unmake(&c, made);
            }
        }
        return error;
    }
    return KP_OK;
}

int kp_connections_make(kp_cbor_reader *list, kp_actor *made, uint32_t *detail) {
    const uint32_t count = kp_cbor_array(list);
    const kp_cbor_reader first = *list;
    if (count > CONNECTIONS_MAX) {
        return KP_E_LIMIT;
    }
    return well_formed(list, count) ? make_all(&first, count, made, detail) : KP_E_MALFORMED;
}

int kp_operation_connect(kp_request *request) {
    const kp_cbor_reader first = request->in;
    if (request->items > CONNECTIONS_MAX) {
        return KP_E_LIMIT;
    }
    if (!well_formed(&request->in, request->items) || !kp_cbor_done(&request->in)) {
        return KP_E_MALFORMED;
    }
    return make_all(&first, request->items, NULL, &request->detail);
}

int kp_operation_disconnect(kp_request *request) {
    kp_cbor_reader list = request->in;
    if (!well_formed(&request->in, request->items) || !kp_cbor_done(&request->in)) {
        return KP_E_MALFORMED;
    }
    for (uint32_t i = 0; i < request->items; i++) {
        connection c;
        take_connection(&list, &c);
        unmake(&c, NULL);
    }
    return KP_OK;
}
