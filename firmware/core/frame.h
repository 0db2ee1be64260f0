/**
 * Frames of the link (docs/link-protocol.md, section 1): COBS around body and CRC, ended by a 00.
 *
 * wire = COBS( body , crc ) 00; crc = CRC-24/OPENPGP (RFC 9580, section 6.1), 3 bytes, most significant first, started
 * at B704CE xor session. Both directions work byte by byte in one fixed buffer, so that a frame is never copied.
 */
#ifndef KP_FRAME_H
#define KP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KP_FRAME_CRC_BYTES 3u

/** Largest number of bytes on the wire for a body of `n` bytes, the final 00 included. */
#define KP_FRAME_WIRE_MAX(n) ((n) + KP_FRAME_CRC_BYTES + ((n) + KP_FRAME_CRC_BYTES) / 254u + 2u)

/** Start value of the CRC in session 0. */
#define KP_FRAME_CRC_START 0xB704CEu

/** Continues the CRC-24 `crc` (24 bits) over `length` bytes. */
uint32_t kp_crc24(uint32_t crc, const uint8_t *bytes, size_t length);

/** Makes one frame in a buffer that the caller owns. A frame that does not fit is noticed at its end. */
typedef struct {
    uint8_t *wire;     /**< where the frame is made */
    uint16_t capacity; /**< bytes of `wire` */
    uint16_t length;   /**< bytes made so far */
    uint16_t code;     /**< place of the COBS code byte of the open run */
    uint32_t crc;
} kp_frame_encoder;

/** Begins a frame of `session` (24 bits). */
void kp_frame_begin(kp_frame_encoder *encoder, uint8_t *wire, size_t capacity, uint32_t session);
/** Appends bytes to the body. */
void kp_frame_put(kp_frame_encoder *encoder, const void *bytes, size_t length);
/** Appends one byte to the body. */
void kp_frame_put_byte(kp_frame_encoder *encoder, uint8_t byte);
/** Appends CRC and end. Returns the bytes on the wire, or 0 when the buffer was too small. */
size_t kp_frame_end(kp_frame_encoder *encoder);

/** Takes the bytes of the wire one after another, whatever they are. */
typedef struct {
    uint8_t *bytes;    /**< body and CRC of the frame that comes in */
    uint16_t capacity; /**< bytes of `bytes`: largest body + KP_FRAME_CRC_BYTES */
    uint16_t length;   /**< bytes of it so far */
    uint16_t whole;    /**< bytes of the frame that just ended, body and CRC */
    uint8_t left;      /**< bytes to come in the open COBS run */
    bool zero;         /**< a 00 stands after the open run unless the frame ends there */
    bool bad;          /**< too long: dropped up to the next 00 */
} kp_frame_decoder;

void kp_frame_decoder_init(kp_frame_decoder *decoder, uint8_t *bytes, size_t capacity);

typedef enum {
    KP_FRAME_MORE,  /**< the frame goes on, or there was nothing between two 00 */
    KP_FRAME_WHOLE, /**< `bytes` and `whole` hold body and CRC until the next byte is fed */
    KP_FRAME_BAD,   /**< a frame ended that is no COBS, too short or too long */
} kp_frame_event;

/** Feeds one byte of the wire. */
kp_frame_event kp_frame_feed(kp_frame_decoder *decoder, uint8_t byte);

/** Whether the whole frame of `length` bytes (body and CRC) is one of `session`. The body has `length` - 3 bytes. */
bool kp_frame_valid(const uint8_t *frame, size_t length, uint32_t session);

#endif
