/** Scenarios whose actors do not all fit on a board at once, by their full names; see the READMEs of the boards. */
export const TOO_LARGE: readonly string[] = [
  "actors on bbc_microbit an action with two outports answers on both, and on none while one is not connected",
  "exceptions and ends of streams on bbc_microbit a handler reads reasons, sees values next to them, and opaque tokens pass through it",
];
