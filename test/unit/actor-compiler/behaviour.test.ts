import { describe, expect, test } from "@jest/globals";
import { compileFile, compileText, Machine } from "./machine.js";

describe("actors of the library", () => {
  test("Counter counts", async () => {
    const machine = new Machine(await compileFile("actors/std/Counter.ts"));
    expect([1, 2, 3].map(() => machine.fire(0))).toEqual([{ integer: 1 }, { integer: 2 }, { integer: 3 }]);
  });

  test("Sum adds in 64 bits", async () => {
    const machine = new Machine(await compileFile("actors/std/Sum.ts"));
    machine.fire(0, { integer: 2n ** 40n });
    expect(machine.fire(0, { integer: -1n })).toEqual({ integer: 2n ** 40n - 1n });
  });

  test("Identity and Terminator never look into tokens", async () => {
    const identity = new Machine(await compileFile("actors/std/Identity.ts"));
    expect(identity.fire(0, { token: { a: [1, null] } })).toEqual({ token: { a: [1, null] } });
    const terminator = await compileFile("actors/flow/Terminator.ts");
    expect(terminator.manifest.inports).toEqual([{ name: "void", type: 0 }]);
    expect(new Machine(terminator).fire(0, { void: "x" })).toEqual({});
  });

  test("Constant and Constantify send the encoded token they were given", async () => {
    const constant = new Machine(await compileFile("actors/std/Constant.ts"), [{ a: 1.5 }]);
    const token = new Uint8Array([0xa1, 0x61, 0x61, 0xf9, 0x3e, 0x00]);
    expect(constant.fire(0)).toEqual({ token });
    constant.collect();
    expect(constant.fire(0)).toEqual({ token });
    const constantify = new Machine(await compileFile("actors/std/Constantify.ts"), [false]);
    expect(constantify.fire(0, { in: "anything" })).toEqual({ out: new Uint8Array([0xf4]) });
  });

  test("Latest takes always, gives what is newest, once", async () => {
    const machine = new Machine(await compileFile("actors/flow/Latest.ts"));
    expect([machine.isEnabled(0), machine.isEnabled(1)]).toEqual([true, false]);
    machine.fire(0, { token: 1 });
    machine.collect();
    machine.fire(0, { token: "new" });
    machine.collect();
    expect(machine.isEnabled(1)).toBe(true);
    expect(machine.fire(1)).toEqual({ out: new Uint8Array([0x63, 0x6e, 0x65, 0x77]) });
    expect(machine.isEnabled(1)).toBe(false);
  });

  test("Temperature, Light and DigitalOut use their capability", async () => {
    const temperature = new Machine(await compileFile("actors/sense/Temperature.ts"), [250]);
    temperature.answers.set(32, () => 21.5);
    expect(temperature.fire(0)).toEqual({ centigrade: 21.5 });
    expect(temperature.field("period")).toBe(250);
    const light = new Machine(await compileFile("actors/io/Light.ts"));
    light.fire(0, { on: true });
    expect(light.calls).toEqual([{ number: 40, args: [1] }]);
    const pin = new Machine(await compileFile("actors/io/DigitalOut.ts"), [13]);
    pin.fire(0, { state: false });
    expect(pin.calls).toEqual([{ number: 41, args: [13, 0] }]);
  });

  test("PrefixString joins texts, Log writes them", async () => {
    const prefix = new Machine(await compileFile("actors/text/PrefixString.ts"), ["→ "]);
    expect(prefix.fire(0, { in: "å🌡" })).toEqual({ out: "→ å🌡" });
    const log = new Machine(await compileFile("actors/io/Log.ts"));
    log.fire(0, { data: "line" });
    const [call] = log.calls;
    expect(call?.number).toBe(50);
    expect(log.text(Number(call?.args[0]), Number(call?.args[1]))).toBe("line");
  });
});

describe("the language", () => {
  test("every scalar type passes through a port and a field unchanged", async () => {
    const module = await compileFile("test/actors/AllScalars.ts");
    const machine = new Machine(module);
    const extremes: Record<string, (number | bigint | boolean)[]> = {
      BOOL: [true, false],
      I8: [-128, 127],
      U8: [255],
      I16: [-32768, 32767],
      U16: [65535],
      I32: [-(2 ** 31), 2 ** 31 - 1],
      U32: [2 ** 32 - 1],
      I64: [-(2n ** 63n), 2n ** 63n - 1n],
      U64: [2n ** 64n - 1n],
      F32: [1.5, Math.fround(0.1)],
      F64: [0.1, 5e-324],
    };
    for (const [type, values] of Object.entries(extremes)) {
      const action = module.manifest.inports.findIndex(({ name }) => name === `in${type}`);
      for (const value of values) {
        expect(machine.fire(action, { [`in${type}`]: value })).toEqual({ [`out${type}`]: value });
      }
    }
  });

  test("arguments of every type arrive, defaults included", async () => {
    const module = await compileFile("test/actors/Args.ts");
    const given = module.manifest.args.map(
      ({ name }) => ({ ofI32: 7, bytes: new Uint8Array([1, 2]), token: [true] })[name],
    );
    const machine = new Machine(module, given as never[]);
    const sent = machine.fire(0, { trigger: null });
    expect(sent).toEqual({
      floats: [1.5, 0.1, 3.5],
      integers: [1n, -8n, 8n, -16n, 16n, 7n, 32n, -9007199254740993n, -1n],
      text: "å",
      bytes: new Uint8Array([1, 2]),
      list: [1, -2],
      fixed: [0.5],
      token: new Uint8Array([0x81, 0xf5]),
    });
    machine.collect();
    expect(machine.fire(0, { trigger: null })).toEqual(sent);
  });

  test("guards by field and by method", async () => {
    const machine = new Machine(await compileFile("test/actors/Guarded.ts"));
    const enabled = () => [0, 1].map((action) => machine.isEnabled(action));
    expect(enabled()).toEqual([false, true]);
    machine.fire(1, { in: 5 });
    expect(enabled()).toEqual([true, false]);
    expect(machine.fire(0)).toEqual({ out: 5 });
    expect(enabled()).toEqual([false, true]);
  });

  test("periods by field and by number, and start", async () => {
    const module = await compileFile("test/actors/Timed.ts");
    const { actions, globals, roles } = module.manifest;
    const machine = new Machine(module, [250]);
    machine.answers.set(48, () => 1000n);
    machine.start();
    expect(roles.start).toBe(3);
    machine.answers.set(48, () => 1234n);
    expect(machine.fire(1)).toEqual({ time: 234n });
    expect(actions.map(({ every }) => every > 0 && globals[every - 1]?.name)).toEqual([false, "period", null]);
    expect(globals.find(({ name }) => name === null)).toBeDefined();
  });

  test("action parameters may be in any order; slots are in order of port numbers", async () => {
    const module = await compileText(`export class Order {
      @action first(a: In<i32>, b: In<f64>, out: Out<f64>): void { out.send(<f64>a.value - b.value); }
      @action second(b: In<f64>, out: Out<f64>, a: In<i32>): void { out.send(b.value - <f64>a.value); }
    }`);
    const machine = new Machine(module);
    expect(machine.fire(0, { a: 5, b: 3 })).toEqual({ out: 2 });
    expect(machine.fire(1, { a: 5, b: 3 })).toEqual({ out: -2 });
  });

  test("helper functions, constants, classes and methods beside the actor", async () => {
    const module = await compileText(`
      const FACTOR: i32 = 3;
      class Pair { constructor(public a: i32, public b: i32) {} sum(): i32 { return this.a + this.b; } }
      function scale(x: i32): i32 { return x * FACTOR; }
      export class Helpers {
        private pair: Pair = new Pair(1, 2);
        private add(x: i32, y: i32 = 10): i32 { return scale(x) + y + this.pair.sum(); }
        @action run(a: In<i32>, out: Out<i32>): void {
          out.send(this.add(a.value));
          this.pair = new Pair(a.value, 0);
        }
      }`);
    const machine = new Machine(module);
    expect(machine.fire(0, { a: 2 })).toEqual({ out: 19 });
    machine.collect();
    expect(machine.fire(0, { a: 1 })).toEqual({ out: 15 });
  });

  test("an in- and an outport may have one name", async () => {
    const module = await compileText(
      "export class Same { @action run(x: In<i32>, x_: Out<i32>): void { x_.send(x.value + 1); } }",
    );
    expect(module.manifest).toMatchObject({ inports: [{ name: "x" }], outports: [{ name: "x" }] });
    expect(new Machine(module).fire(0, { x: 1 })).toEqual({ x: 2 });
  });

  test("a constructor's body runs after the arguments are in their fields", async () => {
    const module = await compileText(`export class Made {
      private double: f32 = 0;
      constructor(private base: f32 = 2, offset: f32) { this.double = 2 * base + offset; }
      @action tell(out: Out<f32>): void { out.send(this.double); }
    }`);
    expect(module.manifest.args).toEqual([
      { name: "base", type: 6, required: false, global: 1 },
      { name: "offset", type: 6, required: true },
    ]);
    expect(new Machine(module, [10, 0.5]).fire(0)).toEqual({ out: 20.5 });
  });

  test("divisions and failed checks trap", async () => {
    const module = await compileFile("test/actors/Trap.ts");
    expect(() => new Machine(module).fire(0, { divisor: 0 })).toThrow(/divide by zero/);
    expect(() => new Machine(module).fire(0, { divisor: -1 })).toThrow(/unrepresentable|overflow/);
    expect(() => new Machine(module).fire(1, { condition: false })).toThrow(/unreachable/);
  });

  test("a float that does not fit an integer becomes the nearest that does", async () => {
    const module = await compileText(
      "export class Near { @action run(x: In<f64>, out: Out<i32>): void { out.send(<i32>x.value); } }",
    );
    const machine = new Machine(module);
    const results = [1e20, -1e20, Number.NaN, -2.5].map((x) => machine.fire(0, { x }).out);
    expect(results).toEqual([2147483647, -2147483648, 0, -2]);
  });

  test("a 32-bit float filter computes in 32 bits", async () => {
    const machine = new Machine(await compileFile("examples/thermostat/home/Smooth.ts"), [0.1]);
    machine.fire(0, { reading: 1 });
    const f = Math.fround;
    expect(machine.fire(0, { reading: 0.3 })).toEqual({ smooth: f(1 + f(f(0.1) * f(f(0.3) - 1))) });
  });
});
