/** The text of a WebAssembly module as a tree: a token, or what is between two parentheses. */
export type Expression = string | Expression[];

const TOKEN = /;;[^\n]*|[()]|\$?"(?:[^"\\]|\\.)*"|[^\s()"]+/g;

/** Reads the one expression of a text. */
export function parseExpression(text: string): Expression[] {
  const top: Expression[] = [];
  const open = [top];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith(";;")) continue;
    if (token === "(") {
      const list: Expression[] = [];
      open.at(-1)!.push(list);
      open.push(list);
    } else if (token === ")") open.pop();
    else open.at(-1)!.push(token);
  }
  return top[0] as Expression[];
}

export function printExpression(expression: Expression): string {
  return typeof expression === "string" ? expression : `(${expression.map(printExpression).join(" ")})`;
}

/** Every list in an expression, itself included, the outer ones first. */
export function* listsIn(expression: Expression): Generator<Expression[]> {
  if (typeof expression === "string") return;
  yield expression;
  for (const part of expression) yield* listsIn(part);
}
