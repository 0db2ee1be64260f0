/**
 * The one notion of a connection between runtimes (docs/link-protocol.md section 3): a Sender and a Receiver that deliver every
 * token exactly once and in order over anything that loses, doubles or breaks off, provided that what arrives is in order
 * mostly and undamaged. They are state machines: they own no transport and read no clock.
 */

export { Receiver } from "./receiver.js";
export { type Outgoing, Sender } from "./sender.js";
