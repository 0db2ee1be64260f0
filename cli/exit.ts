/** What the exit codes of every command mean; docs/cli.md shows this table. */
export const EXIT = {
  ok: 0,
  /** The answer is no: problems in a source, a file that is not formatted, no token within the wait, a kappa that is pending. */
  no: 1,
  /** The command line is wrong, or a file that it names can't be read. */
  usage: 2,
  /** No base runtime answers. */
  unreachable: 3,
  /** The base runtime refused the request. */
  refused: 4,
  /** A fault in Kappa itself. */
  internal: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command: said to the user, with a code for programs. */
export class Failure extends Error {
  override readonly name = "Failure";

  /** `details` is what `--json` prints; `message` is for people, and empty when all has been said. */
  constructor(
    readonly exit: ExitCode,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** The command line is wrong in a way that only the command itself can see. */
export function usage(message: string): Failure {
  return new Failure(EXIT.usage, message, { code: "USAGE", detail: message });
}
