#include "request.h"

#include <string.h>

/* CREATE's flag: start at once. */
#define FLAG_START 1u

/* Most ids in START: more do not fit into a frame that this runtime takes. */
#define START_MAX 256u

static uint16_t take_id(kp_cbor_reader *reader) {
    return (uint16_t)kp_cbor_uint(reader, UINT16_MAX);
}

static const uint8_t *take_hash(kp_cbor_reader *reader) {
    size_t count;
    const uint8_t *hash = kp_cbor_bytes(reader, &count);
    if (count != KP_HASH_BYTES) {
        kp_cbor_fail(reader);
    }
    return hash;
}

/* ---- Modules ---- */

int kp_operation_module(kp_request *request) {
    kp_cbor_reader *in = &request->in;
    size_t count;
    const uint8_t *hash = take_hash(in);
    const uint32_t total = (uint32_t)kp_cbor_uint(in, UINT32_MAX);
    const uint32_t offset = (uint32_t)kp_cbor_uint(in, UINT32_MAX);
    const uint8_t *bytes = kp_cbor_bytes(in, &count);
    if (request->items != 4 || !kp_cbor_done(in)) {
        return KP_E_MALFORMED;
    }
    const int32_t have = kp_module_write(hash, total, offset, bytes, count, &request->detail);
    if (have < 0) {
        return have;
    }
    kp_cbor_put_array(&request->out, 1);
    kp_cbor_put_uint(&request->out, (uint32_t)have);
    return KP_OK;
}

int kp_operation_evict(kp_request *request) {
    const uint8_t *hash = take_hash(&request->in);
    if (request->items != 1 || !kp_cbor_done(&request->in)) {
        return KP_E_MALFORMED;
    }
    return kp_module_evict(hash);
}

/* ---- Lists of actors ---- */

/* Takes the next id and finds its actor: 0, KP_E_MALFORMED or KP_E_UNKNOWN. */
static int take_actor(kp_cbor_reader *list, kp_actor **actor) {
    const uint16_t id = take_id(list);
    *actor = kp_actor_find(id);
    return list->bad ? KP_E_MALFORMED : *actor == NULL ? KP_E_UNKNOWN : KP_OK;
}

static int may_start(const kp_actor *actor) {
    return actor->status == KP_FAULTED || actor->restoring ? KP_E_STATE : KP_OK;
}

static int may_resume(const kp_actor *actor) {
    return actor->status == KP_FAULTED ? KP_OK : KP_E_STATE;
}

static int may_stop(const kp_actor *actor) {
    (void)actor;
    return KP_OK;
}

/* Whether every actor of the list is there and in the right state; nothing is done before that is known. */
static int check_all(const kp_request *request, int (*may)(const kp_actor *)) {
    kp_cbor_reader list = request->in;
    for (uint32_t i = 0; i < request->items; i++) {
        kp_actor *actor;
        int error = take_actor(&list, &actor);
        if (error == KP_OK) {
            error = may(actor);
        }
        if (error < 0) {
            return error;
        }
    }
    return KP_OK;
}

/* Only start() can fail now, by a trap: then those that this request started are held again. */
int kp_operation_start(kp_request *request) {
    uint8_t started[START_MAX / 8] = {0};
    int error = request->items > START_MAX ? KP_E_LIMIT : check_all(request, may_start);
    kp_cbor_reader list = request->in;
    kp_actor *actor;
    uint32_t i;
    for (i = 0; i < request->items && error == KP_OK; i++) {
        (void)take_actor(&list, &actor);
        if (actor->status == KP_HELD) {
            error = kp_actor_start(actor, &request->detail);
            started[i / 8] |= (uint8_t)(1u << (i % 8));
        }
    }
    if (error < 0) {
        list = request->in;
        for (uint32_t done = 0; done < i; done++) {
            (void)take_actor(&list, &actor);
            if (((unsigned)started[done / 8] >> (done % 8)) & 1u) {
                kp_actor_stop(actor);
            }
        }
    }
    return error;
}

int kp_operation_resume(kp_request *request) {
    const int error = check_all(request, may_resume);
    for (uint32_t i = 0; i < request->items && error == KP_OK; i++) {
        kp_actor *actor;
        (void)take_actor(&request->in, &actor);
        (void)kp_actor_resume(actor);
    }
    return error;
}

int kp_operation_stop(kp_request *request) {
    const int error = check_all(request, may_stop);
    for (uint32_t i = 0; i < request->items && error == KP_OK; i++) {
        kp_actor *actor;
        (void)take_actor(&request->in, &actor);
        kp_actor_stop(actor);
    }
    return error;
}

int kp_operation_remove(kp_request *request) {
    kp_cbor_reader list = request->in;
    for (uint32_t i = 0; i < request->items; i++) {
        (void)take_id(&list);
    }
    if (list.bad) {
        return KP_E_MALFORMED;
    }
    for (uint32_t i = 0; i < request->items; i++) {
        kp_actor *actor = kp_actor_find(take_id(&request->in));
        if (actor != NULL) {
            kp_actor_remove(actor);
        }
    }
    return KP_OK;
}

/* ---- One actor ---- */

/* [retries, backoff, skips] */
static int take_policy(kp_cbor_reader *in, kp_actor *actor) {
    const uint32_t items = kp_cbor_array(in);
    const unsigned retries = (unsigned)kp_cbor_uint(in, UINT8_MAX);
    const unsigned backoff = (unsigned)kp_cbor_uint(in, UINT16_MAX);
    const unsigned skips = (unsigned)kp_cbor_uint(in, 1);
    if (items != 3 || !kp_cbor_done(in)) {
        return KP_E_MALFORMED;
    }
    return kp_policy_set(actor, retries, backoff, skips != 0);
}

static int finish_create(kp_request *request, kp_actor *actor) {
    const int error = kp_connections_make(&request->in, actor, &request->detail);
    if (error < 0) {
        return error;
    }
    const uint32_t flags = (uint32_t)kp_cbor_uint(&request->in, UINT32_MAX);
    const int failed = request->items == 6 ? take_policy(&request->in, actor) : KP_OK;
    if (failed < 0) {
        return failed;
    }
    if (!kp_cbor_done(&request->in)) {
        return KP_E_MALFORMED;
    }
    return flags & FLAG_START ? kp_actor_start(actor, &request->detail) : KP_OK;
}

int kp_operation_create(kp_request *request) {
    kp_cbor_reader *in = &request->in;
    const uint16_t id = take_id(in);
    const uint8_t *hash = take_hash(in);
    if (request->items < 5 || request->items > 6 || in->bad || id == 0 || kp_cbor_peek(in) != KP_CBOR_ARRAY) {
        return KP_E_MALFORMED;
    }
    kp_actor *actor;
    int error = kp_actor_create(id, hash, in, &actor, &request->detail);
    if (error < 0) {
        return error;
    }
    error = finish_create(request, actor);
    if (error < 0) {
        kp_actor_remove(actor);
        return error;
    }
    kp_cbor_put_array(&request->out, 1);
    kp_cbor_put_uint(&request->out, kp_actor_ram(actor));
    return KP_OK;
}

/* A page of the state is read into the reply itself; the space before it is for the head of the bytes. */
int kp_operation_state(kp_request *request) {
    kp_actor *actor;
    const int error = take_actor(&request->in, &actor);
    const uint32_t offset = (uint32_t)kp_cbor_uint(&request->in, UINT32_MAX);
    if (request->items != 2 || !kp_cbor_done(&request->in)) {
        return KP_E_MALFORMED;
    }
    if (error < 0) {
        return error;
    }
    kp_cbor_writer *out = &request->out;
    const uint32_t total = kp_state_size(actor);
    kp_cbor_put_array(out, 3);
    kp_cbor_put_uint(out, total);
    kp_cbor_put_uint(out, actor->firings);
    const size_t left = (size_t)(out->end - out->at);
    const size_t room = left > 3 ? left - 3 : 0;
    const uint32_t rest = offset < total ? total - offset : 0;
    const uint32_t page = rest < room ? rest : (uint32_t)room;
    kp_cbor_put_head(out, KP_CBOR_BYTES, page);
    if (!out->full) {
        out->at += kp_state_save(actor, offset, out->at, page);
    }
    return KP_OK;
}

int kp_operation_restore(kp_request *request) {
    kp_cbor_reader *in = &request->in;
    size_t count;
    kp_actor *actor;
    const int error = take_actor(in, &actor);
    const uint32_t total = (uint32_t)kp_cbor_uint(in, UINT32_MAX);
    const uint32_t offset = (uint32_t)kp_cbor_uint(in, UINT32_MAX);
    const uint8_t *bytes = kp_cbor_bytes(in, &count);
    if (request->items != 4 || !kp_cbor_done(in)) {
        return KP_E_MALFORMED;
    }
    return error < 0 ? error : kp_state_restore(actor, total, offset, bytes, count);
}
