/**
 * Why a module is refused: `NOT_WASM` no valid WebAssembly, `FEATURE` something that the ABI leaves out, `IMPORT` an import
 * that the ABI does not have, `LIMIT` a limit of the ABI is exceeded, `ABI_VERSION` made for another ABI, `MANIFEST` the
 * manifest is missing, malformed or says other than the code.
 */
export type ModuleErrorCode = "NOT_WASM" | "FEATURE" | "IMPORT" | "LIMIT" | "ABI_VERSION" | "MANIFEST";

/** Thrown for a module that no runtime may use. */
export class ModuleError extends Error {
  override readonly name = "ModuleError";

  constructor(
    readonly code: ModuleErrorCode,
    /** What is wrong, with the number found and the number allowed. */
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}
