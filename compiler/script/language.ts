import type {
  LangiumCoreServices,
  LangiumParser,
  Lexer,
  LexerResult,
  Module,
  PartialLangiumCoreServices,
} from "langium";
import {
  createDefaultCoreModule,
  createDefaultSharedCoreModule,
  DefaultLexer,
  EmptyFileSystem,
  inject,
  LangiumParserErrorMessageProvider,
} from "langium";
import { CalvinScriptGeneratedModule, CalvinScriptGeneratedSharedModule } from "./generated/module.js";

/** A token as the lexer makes it. */
export type Token = LexerResult["tokens"][number];

/** How deep brackets and negations may nest: more than any script needs, less than the parser's stack holds. */
export const MAX_NESTING = 100;

/** What kind of thing the lexer could not read. */
export type LexicalFault = "character" | "string" | "docstring" | "comment" | "nesting" | "underscore" | "length";

/** Names become parts of the ids that travel between runtimes. */
export const MAX_NAME = 128;

/** What the parser wanted at a token: `skip` tokens after the one that the exception names. */
export interface Expectation {
  skip: number;
  expected: string[];
}

type MessageProvider = LangiumParserErrorMessageProvider;
type Mismatch = Parameters<MessageProvider["buildMismatchTokenMessage"]>[0];
type NoAlternative = Parameters<MessageProvider["buildNoViableAltMessage"]>[0];
type EarlyExit = Parameters<MessageProvider["buildEarlyExitMessage"]>[0];

/**
 * Writes each parser error as JSON of an {@link Expectation}, because an exception of the parser carries nothing but a
 * message and it names the first token of an alternative where a later one is wrong.
 */
class ExpectationProvider extends LangiumParserErrorMessageProvider {
  override buildMismatchTokenMessage({ expected }: Mismatch): string {
    return write({ skip: 0, expected: [expected.name] });
  }

  override buildNotAllInputParsedMessage(): string {
    return write({ skip: 0, expected: [] });
  }

  override buildNoViableAltMessage({ expectedPathsPerAlt, actual }: NoAlternative): string {
    let paths = expectedPathsPerAlt.flat();
    for (let skip = 0; ; skip++) {
      const token = actual[skip];
      const fitting = paths.filter((path) => path[skip] !== undefined && path[skip] === token?.tokenType);
      if (token === undefined || fitting.length === 0) {
        return write({ skip, expected: unique(paths.flatMap((path) => path[skip]?.name ?? [])) });
      }
      paths = fitting;
    }
  }

  override buildEarlyExitMessage({ expectedIterationPaths }: EarlyExit): string {
    return write({ skip: 0, expected: unique(expectedIterationPaths.flatMap((path) => path[0]?.name ?? [])) });
  }
}

function write(expectation: Expectation): string {
  return JSON.stringify(expectation);
}

function unique(names: string[]): string[] {
  return [...new Set(names)];
}

/** Reports what is not closed, and keeps text away from the parser that nests too deep for its stack. */
class CalvinLexer extends DefaultLexer {
  override tokenize(text: string): LexerResult {
    const result = super.tokenize(text);
    for (const error of result.errors) error.message = "character" satisfies LexicalFault;
    for (const token of result.tokens) {
      const fault = tokenFault(token);
      if (fault !== undefined) result.errors.push(lexingError(fault, token));
    }
    for (const token of result.hidden) {
      if (token.tokenType.name === "BLOCK_COMMENT" && !/^\/\*[\s\S]*\*\/$/.test(token.image)) {
        result.errors.push(lexingError("comment", token));
      }
    }
    const tooDeep = firstTooDeep(result.tokens);
    if (tooDeep !== undefined) {
      result.errors.push(lexingError("nesting", tooDeep));
      result.tokens = [];
    }
    return result;
  }
}

function tokenFault(token: Token): LexicalFault | undefined {
  const { image } = token;
  switch (token.tokenType.name) {
    case "STRING":
      return /^!?"(\\.|[^"\\])*"$/.test(image) ? undefined : "string";
    case "DOCSTRING":
      return image.length >= 6 && image.endsWith('"""') ? undefined : "docstring";
    case "ID":
      if (image.startsWith("_")) return "underscore";
      return image.length > MAX_NAME ? "length" : undefined;
    default:
      return undefined;
  }
}

function firstTooDeep(tokens: Token[]): Token | undefined {
  let depth = 0;
  let negations = 0;
  for (const token of tokens) {
    const name = token.tokenType.name;
    negations = name === "~" ? negations + 1 : 0;
    if (name === "(" || name === "[" || name === "{") depth++;
    else if (name === ")" || name === "]" || name === "}") depth = Math.max(0, depth - 1);
    if (depth > MAX_NESTING || negations > MAX_NESTING) return token;
  }
  return undefined;
}

function lexingError(fault: LexicalFault, token: Token): LexerResult["errors"][number] {
  return {
    message: fault,
    offset: token.startOffset,
    length: token.image.length,
    line: token.startLine,
    column: token.startColumn,
  };
}

/** The language's services for compiling: the parser stops at the first error, `syntax.ts` finds the next. */
const compilerModule: Module<LangiumCoreServices, PartialLangiumCoreServices> = {
  parser: {
    ParserConfig: () => ({ recoveryEnabled: false, maxLookahead: 4 }),
    ParserErrorMessageProvider: () => new ExpectationProvider(),
    Lexer: (services) => new CalvinLexer(services),
    // Strings are decoded by values.ts, which reports bad escapes.
    ValueConverter: () => ({ convert: (input) => input }),
  },
};

let services: LangiumCoreServices | undefined;

/** Lexer and parser of CalvinScript, made at first use. */
export function calvinServices(): { lexer: Lexer; parser: LangiumParser } {
  if (services === undefined) {
    const shared = inject(createDefaultSharedCoreModule(EmptyFileSystem), CalvinScriptGeneratedSharedModule);
    services = inject(createDefaultCoreModule({ shared }), CalvinScriptGeneratedModule, compilerModule);
    shared.ServiceRegistry.register(services);
    leaveHiddenNodesOut(services.parser.LangiumParser);
  }
  return { lexer: services.parser.Lexer, parser: services.parser.LangiumParser };
}

/**
 * Keeps white space and comments out of the syntax tree, where nothing here looks for them: the parser searches all statements
 * before the current one for the place of each, and the time would grow with the square of the script.
 */
function leaveHiddenNodesOut(parser: LangiumParser): void {
  const { nodeBuilder } = parser as unknown as { nodeBuilder: { addHiddenNodes(tokens: unknown[]): void } };
  nodeBuilder.addHiddenNodes = () => {};
}
