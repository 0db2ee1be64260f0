/**
 * Every error that a user can meet, in one table: the stable code, the HTTP status and the title. Details, which name what is
 * wrong and what to do, are given where the error is thrown.
 */
export const ERRORS = {
  BODY_EMPTY: [400, "The request has no body"],
  BODY_TOO_LARGE: [413, "The body is larger than allowed"],
  BODY_NOT_JSON: [400, "The body is not JSON"],
  MEDIA_TYPE: [415, "The media type is not supported"],
  QUERY_INVALID: [400, "A query parameter is not valid"],
  SCRIPT_INVALID: [422, "The script has errors"],
  ACTOR_INVALID: [422, "An actor of the script has errors"],
  ACTOR_MISSING: [422, "The script uses an actor that is not there"],
  MODULE_INVALID: [422, "A module is not valid"],
  KAPPA_UNKNOWN: [404, "There is no such kappa"],
  KAPPA_PENDING: [409, "The kappa is pending"],
  PORT_UNKNOWN: [404, "The kappa has no such port"],
  PORT_PROPERTY: [422, "A port property is not supported"],
  PORT_AMBIGUOUS: [400, "The kappa has several such ports: name one"],
  TOKEN_MISMATCH: [422, "The data does not fit the port"],
  TOKEN_TOO_LARGE: [413, "The token is larger than the connection carries"],
  QUEUE_FULL: [429, "The kappa's inport is full"],
  ACTOR_UNKNOWN: [404, "There is no such actor"],
  ACTOR_EXISTS: [409, "An actor of that name exists"],
  ARGUMENT_INVALID: [422, "An argument does not fit"],
  CAPABILITY_MISSING: [409, "The runtime lacks a capability"],
  MEMORY_EXHAUSTED: [409, "The runtime has not enough memory"],
  ACTOR_TRAPPED: [409, "The actor trapped"],
  ACTOR_STATE: [409, "The actor is not in the state that this needs"],
  RUNTIME_LIMIT: [409, "A limit of the runtime is reached"],
  RUNTIME_UNKNOWN: [404, "There is no such runtime"],
  LINK_DOWN: [503, "The device is not connected"],
  LINK_DEADLINE: [504, "The device did not answer in time"],
  LINK_PROTOCOL: [502, "The device answered what it should not"],
  STORE_FAILED: [500, "The store could not be read or written"],
  NOT_FOUND: [404, "There is nothing at that address"],
  METHOD_NOT_ALLOWED: [405, "That method is not allowed here"],
  INTERNAL: [500, "Something went wrong inside"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ErrorCode = keyof typeof ERRORS;

/** An error with a stable code; REST shows it as `application/problem+json` (RFC 9457). */
export class KappaError extends Error {
  override readonly name = "KappaError";
  readonly status: number;
  readonly title: string;

  /** `detail` says what is wrong, where, and what to do; `extra` goes into the problem document. */
  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    readonly extra: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
    [this.status, this.title] = ERRORS[code];
  }
}
