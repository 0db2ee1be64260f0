import { describe, expect, test } from "@jest/globals";
import { CompileError } from "../../../compiler/diagnostic.js";
import { FINDINGS } from "../../../compiler/script/diagnostics.js";
import type { Json } from "../../../compiler/script/graph.js";
import { compileScript } from "../../../compiler/script/index.js";
import { actors, compile, failing, placeOf, unmark } from "./support.js";

/** Code, script in which «» marks where each error is, messages (and `| hint`) in the order of the text. */
type Case = [string, string, string[]];

const LONG = "x".repeat(129);

const ERRORS: Case[] = [
  ["KS001", "a «t».Source()", ["Syntax error: expected ':', '>' or '.', found 't'."]],
  ["KS001", "a: t.Args(i32 «1»)", ["Syntax error: expected '=', found '1'."]],
  ["KS001", "a: t.Args(i32=«)»", ["Syntax error: expected a value, found ')'."]],
  [
    "KS001",
    "a: t.Args(any=[1, «X»])",
    ["Syntax error: expected a value or ']' (constants can't stand in an array), found 'X'."],
  ],
  [
    "KS001",
    'a: t.Args(any={"x": «X»})',
    ["Syntax error: expected a value (constants can't stand in an array or object), found 'X'."],
  ],
  ["KS001", "a: t.Args(any={«1»: 2})", ["Syntax error: expected a string as key or '}', found '1'."]],
  ["KS001", "a: t.Args(i32=1\n«b»: t.Args()", ["Syntax error: expected an argument or ')', found 'b'."]],
  ["KS001", "a: t.Args(«[»1])", ["Syntax error: expected an argument or ')', found '['."]],
  ["KS001", "a.out > «5»", ["Syntax error: expected a port or 'voidport', found '5'."]],
  ["KS001", "a.out «b».in", ["Syntax error: expected '>', '[' or '(', found 'b'."]],
  ["KS001", "a.«1» > b.in", ["Syntax error: expected a name, found '1'."]],
  ["KS001", "«}» a: t.Args()", ["Syntax error: expected a statement, found '}'."]],
  ["KS001", "component C() -> {«}»", ["Syntax error: expected a statement, found '}'."]],
  ["KS001", "component «{» }", ["Syntax error: expected a name, found '{'."]],
  ["KS001", "component C(«1») -> {}", ["Syntax error: expected an argument or ')', found '1'."]],
  ["KS001", "component C() «{» }", ["Syntax error: expected a port or '->', found '{'."]],
  ["KS001", "component C() -> «1»", ["Syntax error: expected a port or '{', found '1'."]],
  [
    "KS001",
    "component C() -> { a: t.Args() «rule» r: all_nodes() }",
    ["Syntax error: expected a statement or '}', found 'rule'."],
  ],
  ["KS001", ".x «y»", ["Syntax error: expected '>', '[' or '(', found 'y'."]],
  ["KS001", "rule r: «&»", ["Syntax error: expected a rule, a predicate, '~' or '(', found '&'."]],
  ["KS001", "apply a «b»", ["Syntax error: expected ',' or ':', found 'b'."]],
  ["KS001", "define «5» = 5", ["Syntax error: expected a name, found '5'."]],
  ["KS002", "a: t.Args(«»", ["Unexpected end of file: expected an argument or ')'."]],
  ["KS002", "component C() -> {«»  \n", ["Unexpected end of file: expected a statement or '}'."]],
  ["KS002", "define X =«»", ["Unexpected end of file: expected a value."]],
  ["KS002", "a.out >«» // no more", ["Unexpected end of file: expected a port or 'voidport'."]],
  ["KS003", "a: t.Args(«$?») b: t.Args()", ["Illegal character '$?'."]],
  ["KS003", "a: t.Args() «\u0001»", ["Illegal character '\\u{1}'."]],
  ["KS003", "a: t.Args(«'»x«'»)", ["Illegal character '''.", "Illegal character '''."]],
  ["KS004", 'a: t.Args(text=«"x)»\nb: t.Args()', ["The string is not closed."]],
  ["KS004", 'a: t.Args(text=«"x\\»', ["The string is not closed."]],
  ["KS004", 'a: t.Args(text=«!"x)»\r\n', ["The string is not closed."]],
  ["KS005", 'component C() -> { «"""doc" }\n»', ["The docstring is not closed."]],
  ["KS006", "a: t.Args() «/* x\n y»", ["The comment is not closed."]],
  ["KS006", "«/*/»", ["The comment is not closed."]],
  ["KS007", `a: t.Args(any=${"[".repeat(99)}«[»`, ["Brackets or negations nest more than 100 deep."]],
  ["KS007", `rule r: ${"~".repeat(100)}«~»`, ["Brackets or negations nest more than 100 deep."]],
  ["KS008", "«_a»: t.Args()", ["The name '_a' begins with an underscore."]],
  ["KS009", `«${LONG}»: t.Args()`, ["The name is longer than 128 characters."]],
  ["KS010", "a: t.Args(f32=«1e999»)", ["The number 1e999 is too large."]],
  ["KS011", 'a: t.Args(any={"x": 1, «"x"»: 2})', ["The key 'x' is given twice."]],
  ["KS012", `a: t.Args(any=«${"[".repeat(17)}${"]".repeat(17)}»)`, ["The value nests more than 16 deep."]],

  ["KS101", "define A = 1 define «A» = 2 a: t.Args(i32=A)", ["Constant 'A' is defined twice."]],
  [
    "KS102",
    "component C() -> { z: t.Args() } component «C»() x -> { .x > voidport }",
    ["Component 'C' is defined twice."],
  ],
  ["KS103", "a: t.Args() rule r: all_nodes() rule «r»: all_nodes() apply a: r", ["Rule 'r' is defined twice."]],
  ["KS104", "a: t.Args() «a»: t.Sink()", ["Instance identifier 'a' redeclared."]],
  ["KS104", "a: t.Print() :«a» 4 > a.token", ["Instance identifier 'a' redeclared."]],
  ["KS105", "component C(x, «x») -> { a: t.Args(i32=x) } c: C(x=1)", ["The component has two arguments 'x'."]],
  ["KS106", "component C() i «i» -> { .i > voidport }", ["The component has two inports 'i'."]],
  ["KS106", "component C() -> o, «o» { voidport > .o }", ["The component has two outports 'o'."]],
  ["KS107", "a: t.Args(i32=1, «i32»=2)", ["Duplicated argument: 'i32'."]],
  [
    "KS110",
    "define LIMIT = 1 a: t.Args(i32=«LIMT», u8=LIMIT)",
    ["Undefined identifier: 'LIMT'. | did you mean 'LIMIT'?"],
  ],
  ["KS109", "define A = «B» a: t.Args(i32=A)", ["Constant 'B' is undefined."]],
  [
    "KS110",
    "component C(period) -> { a: t.Args(i32=«perod», u8=period) } c: C(period=1)",
    ["Undefined identifier: 'perod'. | did you mean 'period'?"],
  ],
  ["KS110", "a: t.Args() apply a: attr_match(x=«Y»)", ["Undefined identifier: 'Y'."]],
  ["KS110", "a: t.Print() «Y» > a.token", ["Undefined identifier: 'Y'."]],
  ["KS110", "component C(x=«Y») -> { a: t.Args(any=x) } c: C()", ["Undefined identifier: 'Y'."]],
  [
    "KS111",
    "define «A» = B define B = C define C = A define D = B a: t.Args(i32=D)",
    ["Constant 'A' has a circular reference."],
  ],
  ["KS111", "define «A» = A a: t.Args()", ["Constant 'A' has a circular reference."]],
  [
    "KS112",
    "a: «t.Sourse»() a.x > b.y b: «x.Y»()",
    ["Unknown actor type: 't.Sourse'. | did you mean 't.Source'?", "Unknown actor type: 'x.Y'."],
  ],
  [
    "KS113",
    "component Heating() -> { z: t.Args() } h: «Heatin»(x=1) h.o > h.i",
    ["Missing local component definition: 'Heatin'. | did you mean 'Heating'?"],
  ],
  [
    "KS114",
    "sensor: t.Source() «senser».out > k.in senser.out > voidport k: t.Sink() sensor.out > voidport",
    ["Undefined actor: 'senser'. | did you mean 'sensor'?"],
  ],
  ["KS115", "«a»: t.Need()", ["Missing argument: 'need' of t.Need."]],
  ["KS115", "component C(x) -> { a: t.Args(any=x) } «c»: C()", ["Missing argument: 'x' of C."]],
  ["KS115", "a: t.Args() apply a: «capability»()", ["Missing argument: 'name' of capability."]],
  ["KS115", "a: t.Args() apply a: «attr_match»()", ["Missing argument: 'attribute' of attr_match."]],
  [
    "KS116",
    "a: t.Need(need=1, «nead»=2)",
    ["Excess argument: 'nead'; t.Need has no such argument. | did you mean 'need'?"],
  ],
  ["KS116", "component C() -> { z: t.Args() } c: C(«x»=1)", ["Excess argument: 'x'; C has no such argument."]],
  ["KS116", "a: t.Args() apply a: all_nodes(«x»=1)", ["Excess argument: 'x'; all_nodes has no such argument."]],
  [
    "KS117",
    'a: t.Args(i32=«"x"», u8=«256», bool=«1», text=«null»)',
    [
      "Argument 'i32' takes i32, not \"x\".",
      "Argument 'u8' takes u8, not 256.",
      "Argument 'bool' takes bool, not 1.",
      "Argument 'text' takes text, not null.",
    ],
  ],
  [
    "KS117",
    "component C(x) -> { d: D(y=x) } component D(y) -> { a: t.Args(u8=y) } c: C(x=«-1»)",
    ["Argument 'x' takes u8, not -1."],
  ],
  ["KS117", "component C(x=«300») -> { a: t.Args(u8=x) } c: C(x=1)", ["Argument 'x' takes u8, not 300."]],
  ["KS117", 'component C(x) -> { x > a.in a: t.Sink() } c: C(x=«"s"»)', ["Argument 'x' takes f32, not \"s\"."]],
  ["KS117", "a: t.Args() apply a: runtime_name(name=«5»)", ["Argument 'name' takes text, not 5."]],
  ["KS121", "component C(«x», y) -> { a: t.Args(any=y) } c: C(x=1, y=2)", ["Unused argument: 'x'."]],
  ["KS118", "component A() -> { a: «A»() }", ["Component 'A' contains itself: A -> A."]],
  [
    "KS118",
    "component A() -> { b: B() } component B() -> { c: C() } component C() -> { b: «B»() } x: A()",
    ["Component 'B' contains itself: B -> C -> B."],
  ],
  ["KS119", `${nested(64)} component «C65»() -> { c: C64() } c: C65()`, ["Components nest more than 64 deep."]],
  ["KS120", `${doubling(16)} component «S»() -> { a: C16() b: C16() }`, ["The script makes more than 100000 actors."]],

  [
    "KS201",
    "a: t.Source() b: t.Sink() a.«outt» > b.«xyz»",
    [
      "Actor 'a' (t.Source) has no outport 'outt'. | did you mean 'out'?",
      "Actor 'b' (t.Sink) has no inport 'xyz'. | its inports are in",
    ],
  ],
  [
    "KS201",
    "a: t.Pass() a.«in» > a.«out»",
    [
      "Actor 'a' (t.Pass) has no outport 'in'. | 'in' is an inport",
      "Actor 'a' (t.Pass) has no inport 'out'. | 'out' is an outport",
    ],
  ],
  ["KS201", "a: t.Args() a.«x» > voidport", ["Actor 'a' (t.Args) has no outport 'x'. | it has no outports"]],
  [
    "KS201",
    "component C() i -> { .i > voidport } c: C() 5 > c.«j»",
    ["Component 'c' (C) has no inport 'j'. | its inports are i"],
  ],
  [
    "KS202",
    "««a»»: t.Pass()",
    [
      "Actor 'a' (t.Pass) is missing connection to inport 'in'. | connect it, or say that it stays open: voidport > a.in",
      "Actor 'a' (t.Pass) is missing connection to outport 'out'. | connect it, or say that it stays open: a.out > voidport",
    ],
  ],
  [
    "KS202",
    "component C() i -> { .i > voidport } «c»: C()",
    ["Component 'c' (C) is missing connection to inport 'i'. | connect it, or say that it stays open: voidport > c.i"],
  ],
  [
    "KS203",
    "a: t.Source() c: t.Sink()\na.out > c.in\n5 > «c.in»\n6 > c.in",
    [
      "Input port 'c.in' with multiple connections must have a routing port property. | say how its tokens are merged: c.in(routing=\"collect-unordered\"); the first connection is in line 2",
    ],
  ],
  [
    "KS203",
    "component C() -> o { a: t.Source() a.out > .o 5 > .o } c: C() k: t.Any() c.o > «k.in» k.out > voidport",
    ["Input port 'k.in' with multiple connections must have a routing port property."],
  ],
  [
    "KS203",
    'component C() i -> { k: t.Sink() .i > k.in } x: C() y: C() 1 > x.i 2 > x.i 3 > y.i x.i(routing=["collect-tagged"]) 4 > «y.i»',
    ["Input port 'y:k.in' with multiple connections must have a routing port property."],
  ],
  [
    "KS219",
    "a: t.Source() b: t.Collect() a.out > b.in, «b.in» b.out > voidport",
    ["'a.out' is connected to 'b.in' twice."],
  ],
  ["KS204", "component C() i -> o { «.i > .o» }", ["Component inport connected directly to outport."]],
  [
    "KS205",
    "a: t.Pass() «.i» > a.in a.out > «.o» «.p»()",
    [
      "Internal port '.i' outside component definition.",
      "Internal port '.o' outside component definition.",
      "Internal port '.p' outside component definition.",
    ],
  ],
  [
    "KS206",
    "component C() state -> { «.stat» > voidport }",
    ["Component 'C' has no inport 'stat'. | did you mean 'state'?"],
  ],
  [
    "KS206",
    "component C() i -> { .i > voidport voidport > «.i» }",
    ["Component 'C' has no outport 'i'. | 'i' is an inport"],
  ],
  [
    "KS206",
    "component C() i -> { .i > voidport «.j»() «.i»[out]() }",
    ["Component 'C' has no port 'j'.", "Component 'C' has no outport 'i'."],
  ],
  [
    "KS207",
    "component C() «i» -> «o» { z: t.Args() }",
    [
      "Component 'C' is missing connection to inport 'i'. | connect it, or say that it stays open: .i > voidport",
      "Component 'C' is missing connection to outport 'o'. | connect it, or say that it stays open: voidport > .o",
    ],
  ],
  ["KS208", "a: t.Source() b: t.Text() a.out > «b.in» b.out > voidport", ["'a.out' sends f32, but 'b.in' takes text."]],
  [
    "KS208",
    "component C() i -> o { b: t.Text() .i > b.in b.out > .o } a: t.Source() c: C() k: t.Sink() a.out > «c.i» c.o > «k.in»",
    ["'a.out' sends f32, but 'c.i' takes text.", "'c.o' sends text, but 'k.in' takes f32."],
  ],
  [
    "KS209",
    'a: t.Sink() "x" > «a.in» b: t.Two() 40000 > «b.a» true > «b.b» b.x > voidport b.y > voidport',
    [
      "\"x\" does not fit 'a.in', which takes f32.",
      "40000 does not fit 'b.a', which takes i16.",
      "true does not fit 'b.b', which takes f64.",
    ],
  ],
  ["KS209", 'a: t.Bytes() "abcd" > «a.in»', ["\"abcd\" does not fit 'a.in', which takes bytes."]],
  ["KS210", "a: t.Args() «voidport > voidport»", ["Pointless construct."]],
  [
    "KS211",
    'component C() -> o { voidport > .o .o(«overflw»="latest") }',
    ["Port property 'overflw' is unknown. | did you mean 'overflow'?"],
  ],
  [
    "KS212",
    'component C() -> o, p { voidport > .o, .p .o(overflow=«"newest"») .p(overflow=«1») }',
    [
      'Port property \'overflow\' can only have the values "block" and "latest".',
      'Port property \'overflow\' can only have the values "block" and "latest".',
    ],
  ],
  [
    "KS213",
    'component C() x -> x { .x > voidport voidport > .x «.x»(overflow="latest") }',
    ["The port property needs a direction: there is both an inport and an outport '.x'."],
  ],
  ["KS214", 'component C() -> o { voidport > .o .o[«up»](overflow="latest") }', ["Invalid direction (up)."]],
  [
    "KS215",
    'component C() i -> { .i > voidport .i(«overflow»="latest") }',
    ["Port property 'overflow' is only for outports of a component, inside it."],
  ],
  [
    "KS215",
    'a: t.Source() a.out(«overflow»="latest") a.out > voidport',
    ["Port property 'overflow' is only for outports of a component, inside it."],
  ],
  [
    "KS213",
    'p: t.Echo() 1 > p.x p.x > voidport p.«x»(tag="x")',
    ["The port property needs a direction: there is both an inport and an outport 'p.x'."],
  ],
  [
    "KS212",
    'a: t.Source() a.out > voidport a.out(routing=«"round-robbin"»)',
    [
      'Port property \'routing\' can only have the values "default", "fanout", "round-robin", "random", "balanced", "dispatch-ordered" and "dispatch-mapped". | did you mean \'round-robin\'?',
    ],
  ],
  [
    "KS216",
    'a: t.Source() a.out > voidport a.out(routing=«"collect-tagged"»)',
    ['Port property routing="collect-tagged" is only for inports.'],
  ],
  [
    "KS216",
    'component C() i -> { k: t.Sink() .i > k.in .i(routing=«["random", "collect-tagged"]») } c: C() 1 > c.i',
    ['Port property routing="collect-tagged" is only for inports.'],
  ],
  [
    "KS216",
    'component C(r) i -> { k: t.Sink() .i > k.in k.in(«routing=r») } c: C(r="random") 1 > c.i',
    ['Port property routing="random" is only for outports.'],
  ],
  [
    "KS217",
    'a: t.Source() a.out > voidport a.out(queue_length=«"x"», tag=«5»)',
    ["Port property 'queue_length' can only have scalar values.", "Port property 'tag' can only have string values."],
  ],
  [
    "KS218",
    'a: t.Source() a.out > voidport a.out(routing=["random"]) a.out(«routing=["balanced", "fanout"]»)',
    ["Conflicting port properties without common alternatives: 'routing' of 'a.out'."],
  ],
  [
    "KS218",
    'a: t.Spread() 1 > a.in a.out > voidport a.out(«routing=["balanced"]»)',
    ["Conflicting port properties without common alternatives: 'routing' of 'a.out'."],
  ],
  [
    "KS201",
    'a: t.Source() a.out > voidport a.«uot»(tag="x")',
    ["Actor 'a' (t.Source) has no port 'uot'. | did you mean 'out'?"],
  ],
  ["KS201", 'a: t.Source() a.out > voidport a.«out»[in](tag="x")', ["Actor 'a' (t.Source) has no inport 'out'."]],
  [
    "KS201",
    'a: t.Source() a.out > voidport b: t.Args(any={"x": [«&a.outt»]})',
    ["Actor 'a' (t.Source) has no port 'outt'. | did you mean 'out'?"],
  ],
  ["KS114", "b: t.Args(any=«&c.out»)", ["Undefined actor: 'c'."]],
  ["KS114", '«c».out(tag="x") b: t.Args()', ["Undefined actor: 'c'."]],
  ["KS130", "«include lib»\na: t.Args()", ["There is nothing to include 'lib' from: the script is not a file."]],
  ["KS122", fanInToFanOut(1001), ["The script makes more than 1000000 connections."]],
  ["KS308", "a: t.Args() group g: a group «g»: a apply g: all_nodes()", ["Group 'g' is defined twice."]],
  ["KS309", "a: t.Args() group g: a, h group h: «g» apply g: all_nodes()", ["Group 'g' contains itself."]],
  [
    "KS310",
    "a: t.Args() b: t.Args() group «a»: b apply a: all_nodes()",
    ["Group 'a' has the name of an actor or component instance."],
  ],
  [
    "KS303",
    "sensor: t.Args() group g: «senso» apply g: all_nodes()",
    ["Nothing to apply the rule to: there is no actor 'senso'. | did you mean 'sensor'?"],
  ],
  [
    "KS311",
    'a: t.Args() apply a: node_attr_match(index=«["node_nam", {"name": "x"}]») & node_attr_match(index=«["node_name", {"nam": "x"}]»)',
    [
      "Argument 'index' of node_attr_match must be of a known kind, not 'node_nam'; did you mean 'node_name'?",
      "Argument 'index' of node_attr_match must be attributes of 'node_name', not 'nam'; did you mean 'name'?",
    ],
  ],
  [
    "KS311",
    "a: t.Args() apply a: performance_scaling(min=3, max=«2») & node_attr_match(index=«[]»)",
    [
      "Argument 'max' of performance_scaling must be 3 or more.",
      'Argument \'index\' of node_attr_match must be a kind and its attributes, as in ["node_name", {"name": "x"}].',
    ],
  ],
  [
    "KS116",
    "a: t.Args() apply a: performance_scaling(«maximum»=3)",
    ["Excess argument: 'maximum'; performance_scaling has no such argument."],
  ],
  [
    "KS107",
    'component C() -> o { voidport > .o .o(overflow="latest") .o(«overflow»="block") }',
    ["Duplicated argument: 'overflow'."],
  ],

  [
    "KS301",
    "a: t.Args() rule kitchen: all_nodes() apply a: «kitchn» apply a: kitchen",
    ["Undefined rule: 'kitchn'. | did you mean 'kitchen'?"],
  ],
  [
    "KS301",
    "a: t.Args() apply a: «all_nodes»",
    ["Undefined rule: 'all_nodes'. | 'all_nodes' is a predicate: all_nodes(...)"],
  ],
  ["KS301", "a: t.Args() rule r: «x» | «y» apply a: ~r", ["Undefined rule: 'x'.", "Undefined rule: 'y'."]],
  ["KS302", "a: t.Args() apply a: «atr_match»(x=1)", ["Unknown predicate: 'atr_match'. | did you mean 'attr_match'?"]],
  [
    "KS302",
    "a: t.Args() rule r: all_nodes() apply a: «r»()",
    ["Unknown predicate: 'r'. | 'r' is a rule and takes no arguments"],
  ],
  [
    "KS303",
    "heat: t.Args() apply «haet», heat: all_nodes()",
    ["Nothing to apply the rule to: there is no actor 'haet'. | did you mean 'heat'?"],
  ],
  [
    "KS303",
    "component C() -> { control: t.Args() } apply «C:controll»: all_nodes()",
    ["Nothing to apply the rule to: there is no actor 'C:controll'. | did you mean 'C:control'?"],
  ],
  [
    "KS303",
    "component C() -> { control: t.Args() } apply «contrl»: all_nodes()",
    ["Nothing to apply the rule to: there is no actor 'contrl'. | did you mean 'control'?"],
  ],
  ["KS304", "a: t.Args() rule r: all_nodes() & s rule s: ~«r» apply a: r", ["Rule 'r' has a circular reference."]],
  [
    "KS305",
    `a: t.Args() rule r0: all_nodes() & all_nodes() ${range(1, 12)
      .map((i) => `rule r${i}: r${i - 1} & r${i - 1}`)
      .join(" ")} rule r12: «r11 & r11» apply a: r12`,
    ["The rules expand to more than 10000 terms."],
  ],
  [
    "KS306",
    `a: t.Args() rule r0: all_nodes() ${range(1, 100)
      .map((i) => `rule r${i}: ~r${i - 1}`)
      .join(" ")} rule r100: «~r99» apply a: r100`,
    ["The rules nest more than 100 deep."],
  ],

  [
    "KS307",
    `${doubling(10)} ${"apply C10: all_nodes() ".repeat(976)} apply «C10»: all_nodes()`,
    ["More than 1000000 rules are applied, counted by actor."],
  ],

  ["KS401", "«»", ["The script has neither actors nor a component."]],
  ["KS401", "# nothing\n«define X = 1»\n", ["The script has neither actors nor a component."]],
];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Components C1 to Cn, each inside the next. */
function nested(n: number): string {
  return `component C1() -> { a: t.Args() } ${range(2, n + 1)
    .map((i) => `component C${i}() -> { c: C${i - 1}() }`)
    .join(" ")}`;
}

/** Components C0 to Cn; Ci makes 2^i actors. */
function doubling(n: number): string {
  const doubles = range(1, n + 1).map((i) => `component C${i}() -> { a: C${i - 1}() b: C${i - 1}() }`);
  return `component C0() -> { a: t.Args() } ${doubles.join(" ")}`;
}

/** As many outports, through a component, to as many inports. */
function fanInToFanOut(n: number): string {
  const from = range(0, n).map((i) => `a${i}: t.Source() a${i}.out > .o`);
  const to = range(0, n).map((i) => `b${i}: t.Sink() .i > b${i}.in`);
  return `component F() -> o { ${from.join(" ")} } component T() i -> { ${to.join(" ")} } f: F() t: T() «f.o > t.i»`;
}

const SERVICE = "component S(«a», b=1) -> { x: t.Args(i32=a, u8=b) }";

const DEPLOYMENTS: [string, Record<string, Json> | undefined, string, string[]][] = [
  ["KS402", undefined, SERVICE, ["Missing argument: 'a' of component 'S'."]],
  ["KS402", { b: 2 }, SERVICE, ["Missing argument: 'a' of component 'S'."]],
  [
    "KS403",
    { a: 1, bb: 2 },
    "component «S»(a, b=1) -> { x: t.Args(i32=a, u8=b) }",
    ["Excess argument: 'bb' was given, but component 'S' has no such argument. | did you mean 'b'?"],
  ],
  [
    "KS403",
    { a: 1 },
    "«»a: t.Args()",
    ["Excess argument: 'a' was given, but the script, which is no component, has no such argument."],
  ],
  ["KS404", { a: "x" }, SERVICE, ["Argument 'a' takes i32, but was given \"x\"."]],
  [
    "KS012",
    { x: JSON.parse(`${"[".repeat(17)}${"]".repeat(17)}`) },
    "component S(«x») -> { a: t.Args(any=x) }",
    ["The value nests more than 16 deep."],
  ],
];

const WARNINGS: Case[] = [
  [
    "KS013",
    String.raw`a: t.Args(text="x\n" "«\q»\"«\8»")`,
    ["'\\q' is no escape sequence and is kept as it is.", "'\\8' is no escape sequence and is kept as it is."],
  ],
  [
    "KS014",
    "a: t.Args(u64=«9007199254740993»)",
    ["The number 9007199254740993 can't be kept exactly and becomes 9007199254740992."],
  ],
  ["KS901", "define «A» = 1 define B = 2 a: t.Args(i32=B)", ["Unused constant: 'A'."]],
  ["KS903", "a: t.Args() rule «r»: s rule s: all_nodes()", ["Unused rule: 'r'."]],
  ["KS904", "component «C»() -> { z: t.Args() } a: t.Args()", ["Unused component: 'C'."]],
  ["KS905", "a: t.Sink() voidport > «a.in»", ["Using 'void' as input to 'a.in': it never gets a token."]],
  ["KS907", "a: t.Args() group «g»: a, h group h: a", ["Unused group: 'g'."]],
  [
    "KS906",
    "a: «media.ImageSource»() b: media.ImageSource() 1 > a.trigger, b.trigger a.b64image > voidport b.b64image > voidport",
    ["Actor 'media.ImageSource' of Calvin's library is not there."],
  ],
];

/** Tested below, or in include.test.ts. */
const ELSEWHERE = ["KS131", "KS132", "KS133", "KS134", "KS908", "KS909", "KS910", "KS911"];

function withHint({ message, hint }: { message: string; hint?: string }, asked: string | undefined): string {
  return asked?.includes(" | ") ? `${message} | ${hint}` : message;
}

describe("errors", () => {
  test.each(ERRORS)("%s: %s", async (code, marked, messages) => {
    const { text, places } = unmark(marked);
    const found = (await failing(text)).filter(({ severity }) => severity === "error");
    expect(found.map((d, index) => withHint(d, messages[index]))).toEqual(messages);
    expect(found.map(placeOf)).toEqual(places);
    expect(new Set(found.map((d) => d.code))).toEqual(new Set([code]));
  });

  test.each(DEPLOYMENTS)("%s with arguments %j: %s", async (code, args, marked, messages) => {
    const { text, places } = unmark(marked);
    const found = await failing(text, args);
    expect(found.map((d, index) => withHint(d, messages[index]))).toEqual(messages);
    expect(found.map(placeOf)).toEqual(places);
    expect(new Set(found.map((d) => d.code))).toEqual(new Set([code]));
  });

  test("every one in the table is tested", () => {
    const tested = new Set([...ERRORS, ...DEPLOYMENTS, ...WARNINGS].map(([code]) => code).concat(ELSEWHERE));
    expect(
      Object.values(FINDINGS)
        .map(({ code }) => code)
        .filter((code) => !tested.has(code)),
    ).toEqual([]);
  });

  test("have codes of their own", () => {
    const codes = Object.values(FINDINGS).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe("warnings", () => {
  test.each(WARNINGS)("%s: %s", async (code, marked, messages) => {
    const { text, places } = unmark(marked);
    const { warnings } = await compile(text);
    expect(warnings.map(({ message }) => message)).toEqual(messages);
    expect(warnings.map(placeOf)).toEqual(places);
    expect(new Set(warnings.map((d) => `${d.code} ${d.severity}`))).toEqual(new Set([`${code} warning`]));
  });

  test("of what is unused are not given beside errors, which may be their cause", async () => {
    expect((await failing("define LIMIT = 1 a: t.Args(i32=LIMT)")).map(({ code }) => code)).toEqual(["KS110"]);
  });
});

describe("a script that is only shown", () => {
  const show = async (text: string, options = {}) => {
    const { graph, warnings } = await compileScript(text, { name: "s", actors, purpose: "show", ...options });
    return { graph, found: warnings.map((d) => `${placeOf(d)} ${d.code} ${d.message}`) };
  };

  test("may be empty", async () => {
    const { graph, found } = await show("");
    expect(graph.actors).toEqual([]);
    expect(found).toEqual(["1:1-1:1 KS910 The script has neither actors nor a component; there is nothing to deploy."]);
  });

  test("need not have all arguments of its service", async () => {
    const { graph, found } = await show("component S(a, b=1) -> { x: t.Args(i32=a, u8=b) }");
    expect(graph.actors.map(({ args }) => args)).toEqual([{ u8: 1 }]);
    expect(found).toEqual(["1:13-1:14 KS908 Argument 'a' of component 'S' has to be given at deployment."]);
  });

  test("is told of arguments left to their defaults if that is asked for", async () => {
    const { found } = await show("s: t.Source()\ns.out > voidport", { pedantic: true });
    expect(found).toEqual(["1:1-1:2 KS909 Using default value for implicit parameter 'value' of t.Source."]);
  });
});

describe("several errors", () => {
  /** Place and code of each finding. */
  async function found(text: string): Promise<string[]> {
    return (await failing(text)).map((d) => `${d.span.start.line}:${d.span.start.column} ${d.code}`);
  }

  test("are found in one go, in the order of the text", async () => {
    const text = `a: t.Sourse()
b: t.Args(u8=-1 x=2)
c.out > b.in
rule r: q
apply z: r`;
    expect(await found(text)).toEqual([
      "1:4 KS112",
      "2:14 KS117",
      "2:17 KS116",
      "3:1 KS114",
      "3:11 KS201",
      "4:9 KS301",
      "5:7 KS303",
    ]);
  });

  test("of syntax: each broken statement once, good ones never", async () => {
    const text = `define = 1
component C(x) i -> o {
  """Doc"""
  a: t.Args(i32=1
  b: t.Args(any={"k" 1})
  .i > a.in
  a.out >
  .o(overflow="latest")
}
rule r &
apply a r
c: t.Args(
  i32=,
  u8=2)
d: t.Args()
e t.Args()`;
    expect(await found(text)).toEqual([
      "1:8 KS001",
      "5:3 KS001",
      "5:22 KS001",
      "8:5 KS001",
      "10:8 KS001",
      "11:9 KS001",
      "13:7 KS001",
      "16:3 KS001",
    ]);
  });

  test("of syntax in a component's head leave its body in peace", async () => {
    expect(
      await found("component C() i o {\n  a: t.Pass()\n  .i > a.in\n  a.out > .o\n}\nb: t.Args()\nrule r\n"),
    ).toEqual(["1:19 KS001", "7:7 KS002"]);
  });

  test("a bracket that is not closed does not hide what follows", async () => {
    expect(await found("component C() -> {\n  a: t.Args(\n}\nb: t.Args(]\nc: t.Args()\nd; t.Args()")).toEqual([
      "3:1 KS001",
      "4:11 KS001",
      "6:2 KS003",
    ]);
  });

  test("an illegal character is the only error of its line", async () => {
    expect(await found("a: t.$Args()\nb t.Args()\n")).toEqual(["1:6 KS003", "2:3 KS001"]);
  });

  test("come from unknown types, names and ports once, without consequences", async () => {
    const text = `component C() i -> o { x: u.V(a=1) .i > x.in, x.more x.out > .o }
      c: C() d: Unknown()
      c.o > d.i d.o > c.i
      apply c, c:x, d:foo, d: all_nodes()`;
    expect(await found(text)).toEqual(["1:27 KS112", "2:17 KS113"]);
  });

  test("many are reported in linear time", async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `a${i}: t.Sourse(x=Y${i})`);
    const started = performance.now();
    const errors = await failing(lines.join("\n"));
    expect(errors).toHaveLength(40_000);
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

describe("errors of actors", () => {
  const span = { file: "bad.ts", start: { line: 1, column: 1, offset: 0 }, end: { line: 1, column: 2, offset: 1 } };
  const broken = {
    resolve: async (type: string) => {
      if (type === "x.Bad")
        throw new CompileError([{ code: "KA001", severity: "error", message: "Bad.", span }], { "bad.ts": "?" });
      if (type === "x.Crash") throw new TypeError("crash");
      return actors.resolve(type);
    },
  };

  test("become errors of the script, once, after its own", async () => {
    const compiled = compileScript("a: x.Bad() b: x.Bad(x=1) a.x > b.y c: t.Need()", { name: "s", actors: broken });
    const error = await compiled.then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(CompileError);
    expect(error.diagnostics.map((d: { code: string }) => d.code)).toEqual(["KS115", "KA001"]);
    expect(Object.keys(error.sources).sort()).toEqual(["bad.ts", "s.calvin"]);
    expect(error.message).toContain("bad.ts:1:1: error KA001: Bad.\n  ?\n  ^");
  });

  test("that are no findings are passed on as they are", async () => {
    await expect(compileScript("a: x.Crash()", { name: "s", actors: broken })).rejects.toThrow(new TypeError("crash"));
  });

  test("each type is asked for once", async () => {
    const asked: string[] = [];
    const counting = {
      resolve: (type: string) => {
        asked.push(type);
        return actors.resolve(type);
      },
    };
    await compileScript("a: t.Print() b: t.Print() 1 > a.token 2 > b.token", { name: "s", actors: counting });
    expect(asked).toEqual(["t.Print", "std.Constant"]);
  });

  test("a value on a port in a library without std.Constant", async () => {
    const poor = { resolve: async (type: string) => (type === "std.Constant" ? undefined : actors.resolve(type)) };
    const { warnings } = await compileScript("a: t.Print() 1 > a.token", { name: "s", actors: poor });
    expect(warnings.map(({ code, span }) => [code, span.start.column])).toEqual([["KS906", 14]]);
  });

  test("the file's name is the script's when none is given", async () => {
    await expect(compileScript("", { name: "x", file: "dir/y.calvin", actors })).rejects.toThrow(
      "dir/y.calvin:1:1: error KS401",
    );
  });
});
