import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { crc24, encodeFrame, FrameDecoder, wireLength } from "../../../runtime/link/frame.js";
import { decodeMessage, encodeMessage, MessageError } from "../../../runtime/link/messages.js";
import { goldenBodies, goldenMessages, goldenText, hex } from "./golden.js";

const lines = readFileSync("test/vectors/frames.txt", "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split(" "));

const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

function decodeAll(wire: Uint8Array, session: number, frameMax?: number): { bodies: string[]; decoder: FrameDecoder } {
  const bodies: string[] = [];
  const decoder = new FrameDecoder((body) => bodies.push(hex(body)), frameMax);
  decoder.session = session;
  decoder.push(wire);
  return { bodies, decoder };
}

describe("golden frames", () => {
  test("the file is what the implementation makes", () => {
    expect(readFileSync("test/vectors/frames.txt", "utf8")).toBe(goldenText());
  });

  test.each(lines.filter(([kind]) => kind === "frame"))("%s %s decodes", (_, __, session, body, wire) => {
    expect(decodeAll(fromHex(wire!), Number.parseInt(session!, 16)).bodies).toEqual([body]);
  });

  test.each(lines.filter(([kind]) => kind === "bad"))("%s %s is dropped", (_, __, session, wire) => {
    const { bodies, decoder } = decodeAll(fromHex(wire!), Number.parseInt(session!, 16));
    expect(bodies).toEqual([]);
    expect(decoder.bad).toBe(1);
  });

  test.each(goldenMessages())("%s is read back as it was written", (_, __, message) => {
    expect(decodeMessage(encodeMessage(message))).toEqual(message);
  });

  test("unknown kinds are no message", () => {
    for (const [, body] of goldenBodies()) expect(decodeMessage(body)).toBeUndefined();
  });
});

describe("CRC-24/OPENPGP", () => {
  test("check value of the catalogue of CRCs", () => {
    expect(crc24(new TextEncoder().encode("123456789"), 0)).toBe(0x21cf02);
  });
});

describe("decoder", () => {
  const body = fc.uint8Array({ minLength: 1, maxLength: 256 }).filter((bytes) => bytes[0]! > 3);

  test("frames survive any cutting of the stream, noise between them is dropped", () => {
    const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => bytes.filter((byte) => byte !== 0));
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(body, noise), { maxLength: 5 }),
        cuts,
        fc.nat(0xffffff),
        (frames, sizes, session) => {
          const wire = frames.flatMap(([bytes, junk]) => [...junk, 0, ...encodeFrame(bytes, session)]);
          const bodies: string[] = [];
          const decoder = new FrameDecoder((bytes) => bodies.push(hex(bytes)));
          decoder.session = session;
          for (let at = 0, i = 0; at < wire.length; i++) {
            const size = sizes[i % sizes.length]!;
            decoder.push(Uint8Array.from(wire.slice(at, at + size)));
            at += size;
          }
          expect(bodies).toEqual(frames.map(([bytes]) => hex(bytes)));
          expect(decoder.bad).toBe(frames.filter(([, junk]) => junk.length > 0).length);
        },
      ),
    );
  });

  test("a wire holds one zero, at its end, and is never longer than said", () => {
    fc.assert(
      fc.property(body, fc.nat(0xffffff), (bytes, session) => {
        const wire = encodeFrame(bytes, session);
        expect(wire.indexOf(0)).toBe(wire.length - 1);
        expect(wire.length).toBeLessThanOrEqual(wireLength(bytes.length));
      }),
    );
  });

  test("no frame passes in another session", () => {
    fc.assert(
      fc.property(body, fc.nat(0xffffff), fc.integer({ min: 1, max: 0xffffff }), (bytes, session, other) => {
        expect(decodeAll(encodeFrame(bytes, session), session ^ other).bodies).toEqual([]);
      }),
    );
  });

  test("takes an empty group after a full one at the end", () => {
    const bytes = Uint8Array.from({ length: 251 }, () => 0x7f);
    const wire = encodeFrame(bytes, 5);
    const longer = Uint8Array.of(...wire.subarray(0, -1), 1, 0);
    expect(decodeAll(longer, 5).bodies).toEqual([hex(bytes)]);
  });
});

describe("malformed bodies", () => {
  test.each([
    ["HELLO cut off", "018401"],
    ["HELLO that is no array", "0100"],
    ["HELLO with a short identity", "0185010001420102" + "00"],
    ["WELCOME with a long integer", "028618010000014800000000000000000" + "0"],
    ["PING without number", "04"],
    ["PROBE of one byte", "0600"],
    ["TOKEN without token", "8000"],
    ["TOKEN with half a handle", "bf00"],
    ["ACK without window", "c000"],
    ["ACK too long", "c0000000"],
    ["REPLY of indefinite length", "0900009fff"],
  ])("%s", (_, text) => {
    expect(() => decodeMessage(fromHex(text))).toThrow(MessageError);
  });
});
