import type { Diagnostic } from "../diagnostic.js";

/** A diagnostic without its place. */
export type Finding = Pick<Diagnostic, "code" | "severity" | "message" | "hint">;

/** One row of the table: makes its finding from what fills the template. */
export interface Template<A extends unknown[]> {
  (...values: A): Finding;
  readonly code: string;
  readonly severity: Diagnostic["severity"];
}

function template<A extends unknown[]>(
  severity: Diagnostic["severity"],
  code: string,
  message: (...values: A) => string,
  hint?: (...values: A) => string,
): Template<A> {
  const make = (...values: A): Finding => ({
    code,
    severity,
    message: message(...values),
    ...(hint ? { hint: hint(...values) } : {}),
  });
  return Object.assign(make, { code, severity });
}

/** A finding, or the warning that it is where only Calvin's actor of a type takes something. */
export function unlessCalvin(finding: Finding, calvin: string | undefined): Finding {
  return calvin === undefined ? finding : FINDINGS.calvinOnly(finding.message, calvin);
}

function error<A extends unknown[]>(code: string, message: (...values: A) => string, hint?: (...values: A) => string) {
  return template("error", code, message, hint);
}

function warning<A extends unknown[]>(
  code: string,
  message: (...values: A) => string,
  hint?: (...values: A) => string,
) {
  return template("warning", code, message, hint);
}

/** "the x, y and z". */
function list(names: string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** "a -> b -> c", a long one without its middle. */
function path(names: string[]): string {
  return (names.length <= 8 ? names : [...names.slice(0, 4), "...", ...names.slice(-3)]).join(" -> ");
}

/**
 * Everything the script compiler can say: stable code, severity, message and the way out.
 * KS0xx syntax and values, KS1xx names and arguments, KS2xx ports, KS3xx rules, KS4xx the service, KS9xx warnings.
 */
export const FINDINGS = {
  syntax: error("KS001", (expected: string, found: string) => `Syntax error: expected ${expected}, found ${found}.`),
  unexpectedEnd: error("KS002", (expected: string) => `Unexpected end of file: expected ${expected}.`),
  illegalCharacter: error("KS003", (characters: string) => `Illegal character ${characters}.`),
  unclosedString: error(
    "KS004",
    () => "The string is not closed.",
    () => 'end it with " on the same line; a line break in a string is written \\n',
  ),
  unclosedDocstring: error(
    "KS005",
    () => "The docstring is not closed.",
    () => 'end it with """',
  ),
  unclosedComment: error(
    "KS006",
    () => "The comment is not closed.",
    () => "end it with */",
  ),
  nesting: error("KS007", (limit: number) => `Brackets or negations nest more than ${limit} deep.`),
  underscore: error(
    "KS008",
    (name: string) => `The name '${name}' begins with an underscore.`,
    () => "such names are kept for what the compiler generates; begin it with a letter",
  ),
  nameLength: error("KS009", (limit: number) => `The name is longer than ${limit} characters.`),
  numberRange: error("KS010", (text: string) => `The number ${text} is too large.`),
  duplicateKey: error("KS011", (key: string) => `The key '${key}' is given twice.`),
  valueDepth: error("KS012", (limit: number) => `The value nests more than ${limit} deep.`),
  unknownEscape: warning(
    "KS013",
    (sequence: string) => `'${sequence}' is no escape sequence and is kept as it is.`,
    () => 'write \\\\ for a backslash, or a raw string !"..."',
  ),
  numberPrecision: warning(
    "KS014",
    (text: string, value: number) => `The number ${text} can't be kept exactly and becomes ${value}.`,
  ),

  duplicateConstant: error("KS101", (name: string) => `Constant '${name}' is defined twice.`),
  duplicateComponent: error("KS102", (name: string) => `Component '${name}' is defined twice.`),
  duplicateRule: error("KS103", (name: string) => `Rule '${name}' is defined twice.`),
  redeclared: error("KS104", (name: string) => `Instance identifier '${name}' redeclared.`),
  duplicateParameter: error("KS105", (name: string) => `The component has two arguments '${name}'.`),
  duplicatePort: error("KS106", (kind: string, name: string) => `The component has two ${kind}s '${name}'.`),
  duplicateArgument: error("KS107", (name: string) => `Duplicated argument: '${name}'.`),
  undefinedIdentifier: error(
    "KS110",
    (name: string) => `Undefined identifier: '${name}'.`,
    (name) => `define it (define ${name} = ...), or make it an argument of the component, or quote it as a string`,
  ),
  undefinedConstant: error(
    "KS109",
    (name: string) => `Constant '${name}' is undefined.`,
    (name) => `define it (define ${name} = ...), or quote it as a string`,
  ),
  circularConstant: error("KS111", (name: string) => `Constant '${name}' has a circular reference.`),
  unknownActorType: error("KS112", (type: string) => `Unknown actor type: '${type}'.`),
  unknownComponent: error(
    "KS113",
    (name: string) => `Missing local component definition: '${name}'.`,
    () => "a type without a namespace is a component of this script; actors are written namespace.Name",
  ),
  undefinedActor: error("KS114", (name: string) => `Undefined actor: '${name}'.`),
  missingArgument: error("KS115", (name: string, of: string) => `Missing argument: '${name}' of ${of}.`),
  excessArgument: error(
    "KS116",
    (name: string, of: string) => `Excess argument: '${name}'; ${of} has no such argument.`,
  ),
  argumentType: error(
    "KS117",
    (name: string, type: string, value: string) => `Argument '${name}' takes ${type}, not ${value}.`,
  ),
  recursiveComponent: error("KS118", (cycle: string[]) => `Component '${cycle[0]}' contains itself: ${path(cycle)}.`),
  componentDepth: error("KS119", (limit: number) => `Components nest more than ${limit} deep.`),
  tooManyActors: error("KS120", (limit: number) => `The script makes more than ${limit} actors.`),
  unusedParameter: error("KS121", (name: string) => `Unused argument: '${name}'.`),
  tooManyConnections: error("KS122", (limit: number) => `The script makes more than ${limit} connections.`),
  includeInText: error(
    "KS130",
    (name: string) => `There is nothing to include '${name}' from: the script is not a file.`,
    () => "put the text of the file in its place",
  ),
  includeNotFound: error("KS131", (name: string) => `Could not find file ${name}.calvin.`),
  includeCircle: error("KS132", (name: string) => `${name}.calvin includes itself.`),
  unreadable: error("KS134", (file: string, why: string) => `Could not read file ${file}: ${why}.`),
  tooManyIncludes: error("KS133", (limit: number) => `More than ${limit} files are included.`),

  noSuchPort: error("KS201", (instance: string, kind: string, port: string) => `${instance} has no ${kind} '${port}'.`),
  missingConnection: error(
    "KS202",
    (instance: string, kind: string, _port: string, _way: string) =>
      `${instance} is missing connection to ${kind} '${_port}'.`,
    (_instance, _kind, _port, way) => `connect it, or say that it stays open: ${way}`,
  ),
  severalConnections: error(
    "KS203",
    (port: string, _line: number) =>
      `Input port '${port}' with multiple connections must have a routing port property.`,
    (port, line) =>
      `say how its tokens are merged: ${port}(routing="collect-unordered"); the first connection is in line ${line}`,
  ),
  throughConnection: error(
    "KS204",
    () => "Component inport connected directly to outport.",
    () => "put an actor between them",
  ),
  innerPortOutside: error("KS205", (port: string) => `Internal port '.${port}' outside component definition.`),
  noSuchComponentPort: error(
    "KS206",
    (component: string, kind: string, port: string) => `Component '${component}' has no ${kind} '${port}'.`,
  ),
  missingInnerConnection: error(
    "KS207",
    (component: string, kind: string, port: string, _way: string) =>
      `Component '${component}' is missing connection to ${kind} '${port}'.`,
    (_component, _kind, _port, way) => `connect it, or say that it stays open: ${way}`,
  ),
  portTypes: error(
    "KS208",
    (from: string, sends: string, to: string, takes: string) => `'${from}' sends ${sends}, but '${to}' takes ${takes}.`,
  ),
  literalType: error(
    "KS209",
    (value: string, to: string, takes: string) => `${value} does not fit '${to}', which takes ${takes}.`,
  ),
  pointless: error("KS210", () => "Pointless construct."),
  connectedTwice: error("KS219", (from: string, to: string) => `'${from}' is connected to '${to}' twice.`),
  unknownProperty: error("KS211", (name: string) => `Port property '${name}' is unknown.`),
  propertyValue: error(
    "KS212",
    (name: string, values: string[]) => `Port property '${name}' can only have the values ${list(values)}.`,
  ),
  propertyDirection: error("KS215", (name: string, ports: string) => `Port property '${name}' is only for ${ports}.`),
  propertySide: error(
    "KS216",
    (name: string, value: string, direction: string) =>
      `Port property ${name}=${JSON.stringify(value)} is only for ${direction}s.`,
  ),
  propertyType: error("KS217", (name: string, kind: string) => `Port property '${name}' can only have ${kind} values.`),
  propertyConflict: error(
    "KS218",
    (name: string, port: string) => `Conflicting port properties without common alternatives: '${name}' of '${port}'.`,
  ),
  ambiguousPort: error(
    "KS213",
    (port: string) => `The port property needs a direction: there is both an inport and an outport '${port}'.`,
    (port) => `say which: ${port}[in](...) or ${port}[out](...)`,
  ),
  direction: error(
    "KS214",
    (name: string) => `Invalid direction (${name}).`,
    () => "write [in] or [out]",
  ),

  unknownRule: error("KS301", (name: string) => `Undefined rule: '${name}'.`),
  unknownPredicate: error("KS302", (name: string) => `Unknown predicate: '${name}'.`),
  unknownTarget: error("KS303", (name: string) => `Nothing to apply the rule to: there is no actor '${name}'.`),
  circularRule: error("KS304", (name: string) => `Rule '${name}' has a circular reference.`),
  ruleSize: error("KS305", (limit: number) => `The rules expand to more than ${limit} terms.`),
  duplicateGroup: error("KS308", (name: string) => `Group '${name}' is defined twice.`),
  circularGroup: error("KS309", (name: string) => `Group '${name}' contains itself.`),
  ambiguousGroup: error(
    "KS310",
    (name: string) => `Group '${name}' has the name of an actor or component instance.`,
    () => "rules are applied by name; give the group another",
  ),
  predicateArgument: error(
    "KS311",
    (name: string, of: string, wanted: string) =>
      `Argument '${name}' of ${of} must be ${wanted}${/\?$/.test(wanted) ? "" : "."}`,
  ),
  ruleDepth: error("KS306", (limit: number) => `The rules nest more than ${limit} deep.`),
  tooManyApplications: error("KS307", (limit: number) => `More than ${limit} rules are applied, counted by actor.`),

  empty: error(
    "KS401",
    () => "The script has neither actors nor a component.",
    () => "a kappa is a component, or actors and their connections",
  ),
  serviceArgument: error(
    "KS402",
    (name: string, component: string) => `Missing argument: '${name}' of component '${component}'.`,
    () => "give it when the kappa is deployed, or give the argument a default",
  ),
  serviceExcess: error(
    "KS403",
    (name: string, of: string) => `Excess argument: '${name}' was given, but ${of} has no such argument.`,
  ),
  serviceArgumentType: error(
    "KS404",
    (name: string, type: string, value: string) => `Argument '${name}' takes ${type}, but was given ${value}.`,
  ),

  unusedConstant: warning("KS901", (name: string) => `Unused constant: '${name}'.`),
  unusedRule: warning("KS903", (name: string) => `Unused rule: '${name}'.`),
  unusedGroup: warning("KS907", (name: string) => `Unused group: '${name}'.`),
  argumentAtDeployment: warning(
    "KS908",
    (name: string, component: string) =>
      `Argument '${name}' of component '${component}' has to be given at deployment.`,
  ),
  implicitArgument: warning(
    "KS909",
    (name: string, of: string) => `Using default value for implicit parameter '${name}' of ${of}.`,
  ),
  nothingToDeploy: warning(
    "KS910",
    () => "The script has neither actors nor a component; there is nothing to deploy.",
    () => "a kappa is a component, or actors and their connections",
  ),
  calvinOnly: warning(
    "KS911",
    (message: string, type: string) => `${message} Calvin's '${type}' takes it.`,
    () => "the script can be checked and shown, but not deployed so",
  ),
  unusedComponent: warning("KS904", (name: string) => `Unused component: '${name}'.`),
  missingActor: warning(
    "KS906",
    (type: string) => `Actor '${type}' of Calvin's library is not there.`,
    () => "the script can be checked and shown, but not deployed until there is an actor of that name",
  ),
  voidInput: warning("KS905", (port: string) => `Using 'void' as input to '${port}': it never gets a token.`),
};
