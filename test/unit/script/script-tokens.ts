import fc from "fast-check";

type Tokens = fc.Arbitrary<string[]>;

const NAMES = ["a", "b", "sensor", "trueish", "veryLongNameOfSomething", "x1"];
const id = fc.constantFrom(...NAMES);
const label = fc.constantFrom(...NAMES, "rule", "apply", "true");

function seq(...parts: (string | fc.Arbitrary<string | string[]>)[]): Tokens {
  return fc
    .tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part)))
    .map((all) => all.flat());
}

/** Items with commas between them, or not where they are optional, and at the end if they are. */
function items(item: Tokens, comma: "must" | "may", minLength = 0, maxLength = 5): Tokens {
  const one = fc.tuple(item, comma === "must" ? fc.constant(true) : fc.boolean());
  return fc.array(one, { minLength, maxLength }).map((all) =>
    all.flatMap(([tokens, wanted], index) => {
      const next = all[index + 1]?.[0];
      const needed = next !== undefined && isString(tokens.at(-1)) && isString(next[0]);
      const allowed = next !== undefined || comma === "may";
      return needed || (wanted && allowed) ? [...tokens, ","] : tokens;
    }),
  );
}

/** Strings that follow each other are one. */
function isString(token: string | undefined): boolean {
  return token !== undefined && /^!?"/.test(token);
}

const string = fc.constantFrom(
  '"x"',
  '"a \\"quoted\\" text"',
  '!"\\d+ # no comment"',
  '"/* no comment */"',
  '"é\u2028 𝕏 "',
);
const strings = fc.array(string, { minLength: 1, maxLength: 3 });
const number = fc.constantFrom("1", "-0.5", "1.", "2e-3", "1234567890123");

const literal: Tokens = fc.letrec<{ literal: string[] }>((tie) => ({
  literal: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    strings,
    fc.oneof(number, fc.constantFrom("true", "false", "null", "&a.b")).map((token) => [token]),
    seq("[", items(tie("literal"), "may"), "]"),
    seq("{", items(seq(string, ":", tie("literal")), "may"), "}"),
  ),
})).literal;

const value: Tokens = fc.oneof(literal, seq(id));
const args = seq("(", items(seq(fc.oneof(label, fc.constant('"quoted label"')), "=", value), "may"), ")");
const actorPort = seq(id, ".", label);
const innerPort = seq(".", label);
const source: Tokens = fc.oneof(actorPort, innerPort, seq("voidport"), value, seq(":", id, value));
const tagged = fc.oneof(actorPort, seq("@", fc.oneof(number, string), actorPort));
const transform = seq("/", fc.oneof(seq(), seq(":", id)), value, "/", fc.oneof(tagged, innerPort));
const target: Tokens = fc.oneof(tagged, innerPort, seq("voidport"), transform);

const expression: Tokens = fc.letrec<{ expression: string[] }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    seq(id),
    seq(id, args),
    seq("~", fc.oneof(seq(id), seq("(", tie("expression"), ")"))),
    seq("(", tie("expression"), ")"),
    seq(tie("expression"), fc.constantFrom("&", "|"), tie("expression")),
  ),
})).expression;

const bodyStatement: Tokens = fc.oneof(
  seq(id, ":", fc.oneof(seq(id), seq(id, ".", id)), args),
  seq(source, ">", items(target, "must", 1)),
  seq(fc.oneof(actorPort, innerPort), fc.oneof(seq(), seq("[", fc.constantFrom("in", "out"), "]")), args),
);

const docstring = fc.constantFrom<string[]>(
  [],
  ['"""One line."""'],
  ['"""First.\n    Second.\n      Third.\n\n  """'],
  ['"""\n\tTabs.\n\t\tMore.   \n"""'],
  ['"""\n  Text\n  at the end."""'],
);

const component = seq(
  ...["component", id, "("],
  items(fc.oneof(seq(id), seq(id, "=", value)), "may"),
  ...[")", items(seq(label), "may"), "->", items(seq(label), "may"), "{"],
  docstring,
  fc.array(bodyStatement, { minLength: 1, maxLength: 6 }).map((all) => all.flat()),
  "}",
);

const path = fc.array(id, { minLength: 1, maxLength: 3 }).map((names) => [names.join(":")]);
const statement: Tokens = fc.oneof(
  { weight: 5, arbitrary: bodyStatement },
  { weight: 1, arbitrary: component },
  { weight: 1, arbitrary: seq("define", id, "=", value) },
  { weight: 1, arbitrary: seq("group", id, ":", items(seq(id), "must", 1, 4)) },
  { weight: 1, arbitrary: seq("rule", id, ":", expression) },
  { weight: 1, arbitrary: seq("apply", items(path, "must", 1, 4), ":", expression) },
);

/** What may stand between two tokens. */
const space = fc.oneof(
  { weight: 12, arbitrary: fc.constant(" ") },
  { weight: 4, arbitrary: fc.constantFrom("\n", "\n\n", "\n \n\n", "\r\n", "\t") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      " # line\n",
      "\n# own line\n",
      "\n\n  // spaced\n\n",
      " /* inline */ ",
      "\n/* own\n   block */\n",
      " /*\n   * starred\n   */ ",
      " # one\n # two  \n",
      " /**/# both\n",
    ),
  },
);

/** Texts of scripts of all productions, with white space and comments between any two tokens. */
export const scriptTokens: fc.Arbitrary<string> = fc
  .array(statement, { maxLength: 8 })
  .map((all) => all.filter(([first], index) => !(isString(first) && isString(all[index - 1]?.at(-1)))).flat())
  .chain((tokens) =>
    fc
      .array(space, { minLength: tokens.length + 1, maxLength: tokens.length + 1 })
      .map(
        (spaces) =>
          tokens.map((token, index) => before(spaces[index], tokens[index - 1]) + token).join("") + spaces.at(-1),
      ),
  );

/** A path such as `component:actor` has to be followed by `,` or `:` on its line. */
function before(space: string | undefined, previous: string | undefined): string {
  return space === undefined || /^\w+(:\w+)+$/.test(previous ?? "") ? " " : space;
}
