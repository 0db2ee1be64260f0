#include "frame.h"

/* COBS after S. Cheshire and M. Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on Networking 7(2),
 * 1999: a code byte n stands for n - 1 bytes that are not 00 and then one 00; n = 255 stands for 254 bytes and no 00.
 */
#define COBS_FULL 0xFFu

/* CRC-24 four bits at a time: entry i is the remainder of i << 20 by the polynomial 1864CFB. */
static const uint32_t crc24_nibble[16] = {
    0x000000, 0x864CFB, 0x8AD50D, 0x0C99F6, 0x93E6E1, 0x15AA1A, 0x1933EC, 0x9F7F17,
    0xA18139, 0x27CDC2, 0x2B5434, 0xAD18CF, 0x3267D8, 0xB42B23, 0xB8B2D5, 0x3EFE2E,
};

uint32_t kp_crc24(uint32_t crc, const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        crc ^= (uint32_t)bytes[i] << 16;
        crc = (crc << 4) ^ crc24_nibble[(crc >> 20) & 15u];
        crc = (crc << 4) ^ crc24_nibble[(crc >> 20) & 15u];
    }
    return crc & 0xFFFFFFu;
}

static void emit(kp_frame_encoder *encoder, uint8_t byte) {
    if (encoder->length < encoder->capacity) {
        encoder->wire[encoder->length] = byte;
    }
    if (encoder->length < UINT16_MAX) {
        encoder->length++;
    }
}

/* The code byte is written when its run is known; a frame that outgrew the buffer has none to write. */
static void close_run(kp_frame_encoder *encoder) {
    if (encoder->code < encoder->capacity) {
        encoder->wire[encoder->code] = (uint8_t)(encoder->length - encoder->code);
    }
}

static void open_run(kp_frame_encoder *encoder) {
    encoder->code = encoder->length;
    emit(encoder, 0);
}

/* A full run is closed only when another byte follows, so that a body that ends with it costs nothing more. */
static void stuff(kp_frame_encoder *encoder, uint8_t byte) {
    if (encoder->length - encoder->code == COBS_FULL) {
        close_run(encoder);
        open_run(encoder);
    }
    if (byte == 0) {
        close_run(encoder);
        open_run(encoder);
    } else {
        emit(encoder, byte);
    }
}

void kp_frame_begin(kp_frame_encoder *encoder, uint8_t *wire, size_t capacity, uint32_t session) {
    encoder->wire = wire;
    encoder->capacity = capacity > UINT16_MAX - 1u ? UINT16_MAX - 1u : (uint16_t)capacity;
    encoder->length = 0;
    encoder->crc = KP_FRAME_CRC_START ^ (session & 0xFFFFFFu);
    open_run(encoder);
}

void kp_frame_put(kp_frame_encoder *encoder, const void *bytes, size_t length) {
    const uint8_t *from = bytes;
    encoder->crc = kp_crc24(encoder->crc, from, length);
    for (size_t i = 0; i < length; i++) {
        stuff(encoder, from[i]);
    }
}

void kp_frame_put_byte(kp_frame_encoder *encoder, uint8_t byte) {
    kp_frame_put(encoder, &byte, 1);
}

size_t kp_frame_end(kp_frame_encoder *encoder) {
    const uint32_t crc = encoder->crc;
    stuff(encoder, (uint8_t)(crc >> 16));
    stuff(encoder, (uint8_t)(crc >> 8));
    stuff(encoder, (uint8_t)crc);
    close_run(encoder);
    emit(encoder, 0);
    return encoder->length <= encoder->capacity ? encoder->length : 0;
}

static void start_frame(kp_frame_decoder *decoder) {
    decoder->length = 0;
    decoder->left = 0;
    decoder->zero = false;
    decoder->bad = false;
}

void kp_frame_decoder_init(kp_frame_decoder *decoder, uint8_t *bytes, size_t capacity) {
    decoder->bytes = bytes;
    decoder->capacity = capacity > UINT16_MAX ? UINT16_MAX : (uint16_t)capacity;
    start_frame(decoder);
}

static void keep(kp_frame_decoder *decoder, uint8_t byte) {
    if (decoder->length < decoder->capacity) {
        decoder->bytes[decoder->length++] = byte;
    } else {
        decoder->bad = true;
    }
}

static kp_frame_event end_frame(kp_frame_decoder *decoder) {
    const bool empty = decoder->length == 0 && decoder->left == 0 && !decoder->zero && !decoder->bad;
    const bool whole = !decoder->bad && decoder->left == 0 && decoder->length > KP_FRAME_CRC_BYTES;
    decoder->whole = decoder->length;
    start_frame(decoder);
    if (empty) {
        return KP_FRAME_MORE;
    }
    return whole ? KP_FRAME_WHOLE : KP_FRAME_BAD;
}

kp_frame_event kp_frame_feed(kp_frame_decoder *decoder, uint8_t byte) {
    if (byte == 0) {
        return end_frame(decoder);
    }
    if (decoder->left == 0) { /* a code byte */
        if (decoder->zero) {
            keep(decoder, 0);
        }
        decoder->left = (uint8_t)(byte - 1u);
        decoder->zero = byte != COBS_FULL;
    } else {
        keep(decoder, byte);
        decoder->left--;
    }
    return KP_FRAME_MORE;
}

bool kp_frame_valid(const uint8_t *frame, size_t length, uint32_t session) {
    if (length <= KP_FRAME_CRC_BYTES) {
        return false;
    }
    const size_t body = length - KP_FRAME_CRC_BYTES;
    const uint8_t *crc = frame + body;
    const uint32_t expected = kp_crc24(KP_FRAME_CRC_START ^ (session & 0xFFFFFFu), frame, body);
    return expected == (((uint32_t)crc[0] << 16) | ((uint32_t)crc[1] << 8) | crc[2]);
}
