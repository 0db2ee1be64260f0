/** Numbers that both ends of a connection share (docs/link-protocol.md section 3). */

/** Tokens in flight at most. */
export const FLIGHT_MAX = 64;

/** The distance from sequence number `from` on to `to`, modulo 256. */
export function distance(from: number, to: number): number {
  return (to - from) & 0xff;
}
