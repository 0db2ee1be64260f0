import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { CompileError } from "../../../compiler/diagnostic.js";
import type { ActorResolver } from "../../../compiler/script/index.js";
import { compileScript } from "../../../compiler/script/index.js";
import { PREDICATES } from "../../../compiler/script/predicates.js";
import { PROPERTY_NAMES } from "../../../compiler/script/properties.js";
import { actorModule } from "../../support/actors.js";
import { withoutSpans } from "./support.js";

/** The actors of this repository, compiled. */
const actors: ActorResolver = { resolve: async (type) => await actorManifest(type) };

/** The manifest of an actor of this repository; undefined when there is none, and Calvin's library is asked. */
async function actorManifest(type: string) {
  const exists = ["actors", "examples/thermostat"].some((root) => existsSync(`${root}/${type.replace(".", "/")}.ts`));
  return exists ? (await actorModule(type)).manifest : undefined;
}

const TEXT = readFileSync("docs/language.md", "utf8");

/** Codes that a block is marked with, and its script. */
const EXAMPLES = [...TEXT.matchAll(/^```calvin *(.*)\n([\s\S]*?)^```$/gm)].map(
  ([, codes = "", script = ""]): [string, string] => [codes, script],
);

describe("docs/language.md", () => {
  test("has examples", () => {
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(10);
  });

  test.each(EXAMPLES.map(([codes, script], index): [number, string, string] => [index + 1, codes, script]))(
    "example %i compiles, or fails as it says: %s",
    async (_, codes, script) => {
      const found = await compileScript(script, { name: "docs", actors }).then(
        ({ warnings }) => warnings,
        (error: unknown) => {
          if (error instanceof CompileError) return error.diagnostics;
          throw error;
        },
      );
      // Which of Calvin's actors there are is another page's business.
      expect(found.map(({ code }) => code).filter((code) => code !== "KS906")).toEqual(
        codes === "" ? [] : codes.split(" "),
      );
    },
  );

  test("lists every predicate and every property of ports", () => {
    for (const name of PROPERTY_NAMES) expect(TEXT).toContain(`| \`${name}\``);
    for (const name of PREDICATES.keys()) expect(TEXT).toContain(`\`${name}(`);
  });
});

test("examples/thermostat/heating.calvin", async () => {
  const text = readFileSync("examples/thermostat/heating.calvin", "utf8");
  const { graph, warnings } = await compileScript(text, { name: "heating", actors });
  expect(warnings).toEqual([]);
  const id = (actor: string) => `heating:Heating:${actor}`;
  const requirement = {
    op: "all",
    of: [
      { op: "match", predicate: "capability", args: { name: "sense.temp" } },
      { op: "match", predicate: "attr_match", args: { room: "kitchen" } },
    ],
  };
  expect(withoutSpans(graph)).toEqual({
    name: "heating",
    file: "heating.calvin",
    component: "Heating",
    doc:
      "Keeps a room at the desired temperature (degrees Celsius). Takes a new one on `desired`; `heating` tells whether the\n" +
      "heater is on.",
    actors: [
      { id: id("sensor"), type: "sense.Temperature", args: { period: 250 } },
      { id: id("smooth"), type: "home.Smooth", args: { share: 0.5 } },
      { id: id("control"), type: "home.Thermostat", args: { target: 15, band: 0.5 } },
      { id: id("heater"), type: "io.DigitalOut", args: { pin: 1 } },
      { id: id("report"), type: "flow.Latest", args: {} },
    ],
    connections: [
      { from: { actor: id("sensor"), port: "centigrade" }, to: { actor: id("smooth"), port: "reading" } },
      { from: { actor: id("smooth"), port: "smooth" }, to: { actor: id("control"), port: "temperature" } },
      { from: { actor: id("control"), port: "heater" }, to: { actor: id("heater"), port: "state" } },
      { from: { actor: id("control"), port: "heater" }, to: { actor: id("report"), port: "token" } },
    ],
    voids: [],
    portProperties: [],
    components: [
      {
        id: "heating:Heating",
        type: "Heating",
        args: {},
        actors: ["sensor", "smooth", "control", "heater", "report"].map(id),
        components: [],
      },
    ],
    inports: [{ name: "desired", peers: [{ actor: id("control"), port: "desired" }], properties: {} }],
    outports: [{ name: "heating", peers: [{ actor: id("report"), port: "out" }], properties: { overflow: "latest" } }],
    requirements: Object.fromEntries(
      ["sensor", "smooth", "control", "heater", "report"].map((actor) => [id(actor), requirement]),
    ),
  });
});
