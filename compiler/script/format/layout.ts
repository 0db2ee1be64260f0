/** How a text may be laid out: what has to stand together, where lines may break, and what breaks together. */
export type Layout = string | Layout[] | Line | Blank | Indent | Group | IfBroken;

interface Line {
  kind: "line";
  /** What stands there when the line is not broken; undefined when it always is. */
  flat: string | undefined;
}

interface Blank {
  kind: "blank";
}

interface Indent {
  kind: "indent";
  content: Layout;
}

interface Group {
  kind: "group";
  content: Layout;
  broken: boolean;
}

interface IfBroken {
  kind: "if-broken";
  broken: string;
}

/** A line break where the group is broken, else a blank. */
export const LINE: Layout = { kind: "line", flat: " " };

/** A line break where the group is broken, else nothing. */
export const SOFT_LINE: Layout = { kind: "line", flat: "" };

/** Always a line break, and so the groups around it are broken. */
export const HARD_LINE: Layout = { kind: "line", flat: undefined };

/** A blank, unless there is white space already. */
export const BLANK: Layout = { kind: "blank" };

/** Lines that break inside begin deeper. */
export function indent(content: Layout): Layout {
  return { kind: "indent", content };
}

/** A part whose lines break all or none: none if it fits on the line and nothing in it must break. */
export function group(content: Layout, broken = false): Layout {
  return { kind: "group", content, broken: broken || mustBreak(content) };
}

/** A text that is there only where the group is broken, such as a trailing comma. */
export function ifBroken(broken: string): Layout {
  return { kind: "if-broken", broken };
}

/** Whether a layout has a line break whatever its width. */
export function mustBreak(layout: Layout): boolean {
  if (typeof layout === "string") return layout.includes("\n");
  if (Array.isArray(layout)) return layout.some(mustBreak);
  switch (layout.kind) {
    case "line":
      return layout.flat === undefined;
    case "indent":
      return mustBreak(layout.content);
    case "group":
      return layout.broken;
    case "blank":
    case "if-broken":
      return false;
  }
}

interface Pending {
  layout: Layout;
  indent: number;
  broken: boolean;
}

const INDENT = 2;

/** Lays out lines of at most `width` characters where the layout allows. Lines that are empty are not indented. */
export function render(layout: Layout, width: number): string {
  const out: string[] = [];
  let column = 0;
  let margin = "";
  const stack: Pending[] = [{ layout, indent: 0, broken: true }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { layout, indent, broken } = top;
    if (typeof layout === "string") {
      if (layout === "") continue;
      out.push(margin, layout);
      margin = "";
      const lineStart = layout.lastIndexOf("\n") + 1;
      column = lineStart === 0 ? column + layout.length : layout.length - lineStart;
    } else if (Array.isArray(layout)) {
      for (let index = layout.length - 1; index >= 0; index--) stack.push({ layout: layout[index]!, indent, broken });
    } else if (layout.kind === "indent") {
      stack.push({ layout: layout.content, indent: indent + INDENT, broken });
    } else if (layout.kind === "group") {
      const flat = { layout: layout.content, indent, broken: false };
      stack.push({ ...flat, broken: layout.broken || !fits(flat, stack, width - column) });
    } else if (layout.kind === "if-broken") {
      stack.push({ layout: broken ? layout.broken : "", indent, broken });
    } else if (layout.kind === "blank") {
      if (!/\s$/.test(out.at(-1) ?? "\n")) out.push(" ");
    } else if (broken || layout.flat === undefined) {
      out.push("\n");
      margin = " ".repeat(indent);
      column = indent;
    } else {
      out.push(layout.flat);
      column += layout.flat.length;
    }
  }
  return out.join("");
}

/** Whether a layout, and what follows up to where the next line may begin, is within the room left. */
function fits(first: Pending, rest: readonly Pending[], room: number): boolean {
  const stack = [first];
  let next = rest.length;
  for (;;) {
    const top = stack.pop() ?? rest[--next];
    if (top === undefined) return true;
    const { layout, indent, broken } = top;
    if (typeof layout === "string") {
      const lineEnd = layout.indexOf("\n");
      room -= lineEnd < 0 ? layout.length : lineEnd;
      if (room < 0) return false;
      if (lineEnd >= 0) return true;
    } else if (Array.isArray(layout)) {
      for (let index = layout.length - 1; index >= 0; index--) stack.push({ layout: layout[index]!, indent, broken });
    } else if (layout.kind === "indent" || layout.kind === "group") {
      stack.push({ layout: layout.content, indent, broken });
    } else if (layout.kind === "if-broken") {
      if (broken) room -= layout.broken.length;
    } else if (layout.kind === "blank") {
      room--;
    } else if (broken || layout.flat === undefined) {
      return true;
    } else {
      room -= layout.flat.length;
      if (room < 0) return false;
    }
  }
}
