import type { Diagnostic } from "../diagnostic.js";
import { CompileError } from "../diagnostic.js";
import type { Finding } from "./diagnostics.js";
import type { Range, Source } from "./source.js";
import { didYouMean } from "./suggest.js";

/** Searching for near names compares with every candidate; beyond this many findings nobody reads the hints. */
const MAX_SUGGESTIONS = 100;

/** Gathers the findings of one compilation. */
export class Report {
  /** Each with its place in the whole text; what other compilers found comes after all of it. */
  private readonly found: { at: number; diagnostic: Diagnostic }[] = [];
  private readonly foreignSources: Record<string, string> = {};
  private readonly remarks: [Range, Finding][] = [];
  private suggestions = 0;
  private failed = false;

  constructor(readonly source: Source) {}

  get hasErrors(): boolean {
    return this.failed;
  }

  textOf({ offset, end }: Range): string {
    return this.source.text.slice(offset, end);
  }

  /** Adds a finding at a place; a `hint` given here replaces the table's. */
  add(range: Range, finding: Finding, hint?: string): void {
    this.push(range.offset, {
      code: finding.code,
      severity: finding.severity,
      message: finding.message,
      span: this.source.span(range),
      ...(hint !== undefined || finding.hint !== undefined ? { hint: hint ?? finding.hint } : {}),
    } as Diagnostic);
  }

  /** Adds a finding that counts only when there is no error, because an error may be its cause. */
  remark(range: Range, finding: Finding): void {
    this.remarks.push([range, finding]);
  }

  /** Takes over what another compiler found in its own files. */
  adopt(error: CompileError): void {
    for (const diagnostic of error.diagnostics) this.push(Number.POSITIVE_INFINITY, diagnostic);
    Object.assign(this.foreignSources, error.sources);
  }

  /** "did you mean 'x'?" when a candidate is near. */
  suggest(name: string, candidates: Iterable<string>): string | undefined {
    return this.suggestions++ < MAX_SUGGESTIONS ? didYouMean(name, candidates) : undefined;
  }

  /** All findings: the script's in the order of their places, then those of other files. */
  diagnostics(): Diagnostic[] {
    if (!this.failed) for (const [range, finding] of this.remarks.splice(0)) this.add(range, finding);
    const own = this.found.filter(({ at }) => at !== Number.POSITIVE_INFINITY);
    own.sort(
      (a, b) =>
        a.at - b.at ||
        compareText(a.diagnostic.code, b.diagnostic.code) ||
        compareText(a.diagnostic.message, b.diagnostic.message),
    );
    const others = this.found.filter(({ at }) => at === Number.POSITIVE_INFINITY);
    return [...own, ...others].map(({ diagnostic }) => diagnostic);
  }

  /** @throws {CompileError} when there is an error among the findings */
  throwIfErrors(): void {
    if (!this.failed) return;
    throw new CompileError(this.diagnostics(), { ...this.foreignSources, ...this.source.files });
  }

  private push(at: number, diagnostic: Diagnostic): void {
    this.failed ||= diagnostic.severity === "error";
    this.found.push({ at, diagnostic });
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
