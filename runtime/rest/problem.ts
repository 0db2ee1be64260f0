import type { FastifyError } from "fastify";
import { ERRORS, type ErrorCode, KappaError } from "../errors.js";

/** An error as RFC 9457 has it; members of `extra` of the error come beside these. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  /** Stable; one of runtime/errors.ts. */
  code: ErrorCode;
  /** What is wrong and what to do. */
  detail: string;
  /** Path of the request. */
  instance: string;
  [member: string]: unknown;
}

export const PROBLEM_TYPE = "application/problem+json";

/** Codes of fastify's own errors in terms of ours, with the details. */
const FASTIFY: Readonly<Record<string, (error: FastifyError, limit: number) => KappaError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (_, limit) =>
    new KappaError("BODY_TOO_LARGE", `The body may have at most ${limit} bytes here`),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new KappaError("BODY_NOT_JSON", "The body has another length than its Content-Length says"),
  FST_ERR_BAD_URL: (error) => new KappaError("NOT_FOUND", `The address can't be decoded: ${error.message}`),
};

/** Any error as a KappaError. */
export function asKappaError(error: unknown, limit: number): KappaError {
  if (error instanceof KappaError) return error;
  const known = FASTIFY[(error as FastifyError).code];
  if (known !== undefined) return known(error as FastifyError, limit);
  return new KappaError(
    "INTERNAL",
    "The request could not be served because of a fault in the base runtime; its log says more",
    {},
    { cause: error },
  );
}

export function problemOf(error: KappaError, path: string): Problem {
  const [status, title] = ERRORS[error.code];
  return {
    type: `urn:kappa:error:${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.detail,
    instance: path,
    ...error.extra,
  };
}
