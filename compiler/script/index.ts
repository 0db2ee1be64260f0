import type { Diagnostic } from "../diagnostic.js";
import type { Scope } from "./body.js";
import { resolveBody } from "./body.js";
import { bodyDepth, bodySize, MAX_COMPONENT_DEPTH, resolveComponents } from "./components.js";
import { Constants } from "./constants.js";
import { FINDINGS } from "./diagnostics.js";
import type { Expansion } from "./expand.js";
import { expandProgram, expandService } from "./expand.js";
import type { Apply, BodyStatement, Component, Define, Group, Rule, Script } from "./generated/ast.js";
import type { Graph, Json } from "./graph.js";
import { Groups } from "./groups.js";
import { type Includer, includeFiles } from "./include.js";
import type { Body, Definition } from "./model.js";
import { GeneratedNames } from "./names.js";
import { Report } from "./report.js";
import { resolveRequirements } from "./requirements.js";
import type { ActorResolver } from "./resolver.js";
import { Rules } from "./rules.js";
import { serviceArguments, serviceName, warnUnusedComponents } from "./service.js";
import { parseScript } from "./syntax.js";
import { rangeOf } from "./tree.js";
import { ActorTypes, CONSTANT_TYPE, CONSTANTIFY_TYPE } from "./types.js";

export { directoryIncluder, includeFiles } from "./include.js";
export { diagnosticsJson, graphJson } from "./json.js";
export type { ActorResolver, ActorSignature, ArgumentSignature, PortSignature } from "./resolver.js";
export { scriptName } from "./script-name.js";

/** More actors than any script needs; components that use components twice double with each level. */
export const MAX_ACTORS = 100_000;

export interface CompileOptions {
  /** Name of the script, the first part of every actor id. */
  name: string;
  /** File name for diagnostics; `name.calvin` when not given. */
  file?: string;
  /** Arguments of the component that is the service. */
  args?: Record<string, Json>;
  /** Knows the actors that the script may use. */
  actors: ActorResolver;
  /** Finds the files that the script includes; without it, it may include none. */
  include?: Includer;
  /**
   * What the graph is for. To be shown only, a script need not have anything to deploy, nor its service all arguments; what
   * is missing, and what only Calvin's actor of a name takes, is a warning. Default: to be deployed.
   */
  purpose?: "deploy" | "show";
  /** Whether arguments that are left to their defaults are told of, as Calvin does. */
  pedantic?: boolean;
}

export interface Compilation {
  graph: Graph;
  warnings: Diagnostic[];
  /** Texts by file, for excerpts: the script and what it includes. */
  sources: Record<string, string>;
}

/**
 * Compiles CalvinScript to a graph of actors and connections.
 *
 * @throws {CompileError} with everything that is wrong with the script
 */
export async function compileScript(text: string, options: CompileOptions): Promise<Compilation> {
  const { source, problems } = await includeFiles(options.file ?? `${options.name}.calvin`, text, options.include);
  const report = new Report(source);
  for (const [range, finding] of problems) report.add(range, finding);
  const script = parseScript(report);
  if (script === undefined) return fail(report);
  const types = await ActorTypes.load(actorTypes(script), options.actors, report, options.purpose === "show");
  const parts = partsOf(script);
  const constants = new Constants(parts.defines, report);
  const scope: Scope = {
    report,
    constants,
    types,
    names: new GeneratedNames(script),
    pedantic: options.pedantic ?? false,
    components: new Map(),
  };
  resolveComponents(parts.components, scope);
  const rules = new Rules(parts.rules, constants, report);
  const deployed = deployedPart(script, parts, scope, options);
  const expansion = deployed && expand(deployed, scope, options);
  const service = deployed?.service?.name;
  const isTarget = (path: string) =>
    expansion?.paths.has(path) === true || expansion?.paths.has(`${service}:${path}`) === true;
  const groups = new Groups(parts.groups, report, isTarget);
  const requirements = expansion && resolveRequirements(parts.applies, expansion, rules, groups, service, report);
  if (expansion === undefined) for (const { expression } of parts.applies) rules.resolve(expression);
  constants.warnUnused();
  rules.warnUnused();
  groups.warnUnused();
  warnUnusedComponents(script.statements, deployed?.service?.name, report);
  if (expansion === undefined || requirements === undefined || report.hasErrors) return fail(report);
  return {
    graph: graphOf(options.name, source.file, expansion, requirements, deployed?.service),
    warnings: report.diagnostics(),
    sources: source.files,
  };
}

/** Ends a compilation that has errors. */
function fail(report: Report): never {
  report.throwIfErrors();
  throw new Error("the compilation failed without saying why");
}

interface Parts {
  defines: Define[];
  components: Component[];
  rules: Rule[];
  groups: Group[];
  applies: Apply[];
  program: BodyStatement[];
}

function partsOf(script: Script): Parts {
  const parts: Parts = { defines: [], components: [], rules: [], groups: [], applies: [], program: [] };
  for (const statement of script.statements) {
    switch (statement.$type) {
      case "Define":
        parts.defines.push(statement);
        break;
      case "Component":
        parts.components.push(statement);
        break;
      case "Rule":
        parts.rules.push(statement);
        break;
      case "Group":
        parts.groups.push(statement);
        break;
      case "Apply":
        parts.applies.push(statement);
        break;
      case "Include":
        // One that could not be put in place has been reported.
        break;
      default:
        parts.program.push(statement);
    }
  }
  return parts;
}

/** The types of all actors in a script, in the order of their first use. */
function* actorTypes(script: Script): Iterable<string> {
  for (const statement of script.statements) {
    for (const inner of statement.$type === "Component" ? statement.body.statements : [statement]) {
      if (inner.$type === "Actor" && inner.type.text.includes(".")) yield inner.type.text;
      if (inner.$type !== "Connection") continue;
      if (inner.source.$type === "LiteralSource") yield CONSTANT_TYPE;
      if (inner.targets.some(({ $type }) => $type === "Transform")) yield CONSTANTIFY_TYPE;
    }
  }
}

/** What is deployed: the script's top level, or a component as a service. */
interface Deployed {
  body: Body;
  service?: Definition;
}

/** Finds and checks what is deployed; undefined when there is nothing, which has been reported. */
function deployedPart(script: Script, parts: Parts, scope: Scope, options: CompileOptions): Deployed | undefined {
  const { report } = scope;
  const body = resolveBody(parts.program, scope);
  const name = serviceName(script.statements);
  if (name !== undefined) {
    const service = scope.components.get(name);
    return service && { body: service.body, service };
  }
  const at = script.statements[0];
  if (parts.program.length === 0 && parts.components.length === 0) {
    const finding = options.purpose === "show" ? FINDINGS.nothingToDeploy : FINDINGS.empty;
    report.add(at === undefined ? { offset: 0, end: 0 } : rangeOf(at), finding());
    return options.purpose === "show" ? { body } : undefined;
  }
  if (parts.program.length === 0) return undefined;
  for (const name of Object.keys(options.args ?? {})) {
    report.add({ offset: 0, end: 0 }, FINDINGS.serviceExcess(name, `the script, which is no component,`));
  }
  return { body };
}

/** Flattens what is deployed; undefined when it is too large or when errors make it meaningless. */
function expand({ body, service }: Deployed, scope: Scope, options: CompileOptions): Expansion | undefined {
  const { report } = scope;
  // Reported where the component is defined.
  if (service === undefined ? bodyDepth(body) > MAX_COMPONENT_DEPTH : service.depth > MAX_COMPONENT_DEPTH)
    return undefined;
  if (bodySize(body) > MAX_ACTORS) {
    report.add(service ? rangeOf(service.node.name) : { offset: 0, end: 0 }, FINDINGS.tooManyActors(MAX_ACTORS));
    return undefined;
  }
  if (service === undefined) return expandProgram(options.name, body, report);
  const environment = serviceArguments(service, options, report);
  return expandService(options.name, service, environment, report);
}

function graphOf(
  name: string,
  file: string,
  { paths: _paths, opaque: _opaque, ...expansion }: Expansion,
  requirements: Graph["requirements"],
  service: Definition | undefined,
): Graph {
  return {
    name,
    file,
    ...(service === undefined ? {} : { component: service.name }),
    ...(service?.doc === undefined ? {} : { doc: service.doc }),
    ...expansion,
    requirements,
  };
}
