@external("k", "50") declare function write(units: usize, length: i32): void;

/** Writes a line to the runtime's log. */
@inline export function log(text: string): void {
  write(changetype<usize>(text), text.length);
}
