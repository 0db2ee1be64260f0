#include "wire.h"

#include "heap.h"
#include "kp_error.h"
#include "port.h"

/* Bytes taken from the board at a time. */
#define CHUNK 32u

static struct {
    kp_frame_encoder encoder;
    kp_frame_decoder decoder;
    uint8_t *out; /* the frame that goes out */
    uint16_t out_capacity;
    uint16_t out_length, out_taken; /* bytes of it, and of these what the board has taken */
    kp_wire_counts counts;
} wire;

int kp_wire_init(uint16_t body_max) {
    const size_t in_capacity = body_max + KP_FRAME_CRC_BYTES;
    wire.out_capacity = (uint16_t)KP_FRAME_WIRE_MAX(body_max);
    wire.out_length = wire.out_taken = 0;
    wire.counts = (kp_wire_counts){0};
    wire.out = kp_heap_alloc(wire.out_capacity, KP_OWNER_RUNTIME);
    uint8_t *in = kp_heap_alloc(in_capacity, KP_OWNER_RUNTIME);
    if (wire.out == NULL || in == NULL) {
        return KP_E_MEMORY;
    }
    kp_frame_decoder_init(&wire.decoder, in, in_capacity);
    return KP_OK;
}

/* A frame of another session fails its CRC and counts as bad, like any noise. */
static void take_frame(int32_t (*session_of)(uint8_t kind), kp_wire_handler handler) {
    const kp_frame_decoder *decoder = &wire.decoder;
    const int32_t session = session_of(decoder->bytes[0]);
    if (session < 0) {
        return;
    }
    if (!kp_frame_valid(decoder->bytes, decoder->whole, (uint32_t)session)) {
        wire.counts.frames_bad++;
        return;
    }
    wire.counts.frames_in++;
    handler(decoder->bytes, decoder->whole - KP_FRAME_CRC_BYTES);
}

void kp_wire_receive(int32_t (*session_of)(uint8_t kind), kp_wire_handler handler) {
    uint8_t chunk[CHUNK];
    size_t count;
    while ((count = kp_port_receive(chunk, sizeof chunk)) > 0) {
        for (size_t i = 0; i < count; i++) {
            const kp_frame_event event = kp_frame_feed(&wire.decoder, chunk[i]);
            if (event == KP_FRAME_WHOLE) {
                take_frame(session_of, handler);
            } else if (event == KP_FRAME_BAD) {
                wire.counts.frames_bad++;
            }
        }
    }
}

bool kp_wire_ready(void) {
    const size_t left = (size_t)(wire.out_length - wire.out_taken);
    if (left > 0) {
        wire.out_taken = (uint16_t)(wire.out_taken + kp_port_send(wire.out + wire.out_taken, left));
    }
    return wire.out_taken == wire.out_length;
}

kp_frame_encoder *kp_wire_begin(uint32_t session) {
    kp_frame_begin(&wire.encoder, wire.out, wire.out_capacity, session);
    return &wire.encoder;
}

void kp_wire_end(void) {
    wire.out_length = (uint16_t)kp_frame_end(&wire.encoder);
    wire.out_taken = 0;
    (void)kp_wire_ready();
}

const kp_wire_counts *kp_wire_counters(void) {
    return &wire.counts;
}
