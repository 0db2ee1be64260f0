import ts from "typescript";
import { outerName } from "../../compiler/actor/documentation.js";
import type { Range } from "../../compiler/script/source.js";
import type { External } from "../script/symbols.js";

/** Where an actor's file defines what a script uses of it: the class, or the parameter that is the port or argument. */
export function locateInActor(text: string, { kind, of, name, direction }: External): Range {
  const file = ts.createSourceFile("actor.ts", text, ts.ScriptTarget.Latest, true);
  const classes = file.statements.filter(ts.isClassDeclaration);
  const actor = classes.find((node) => node.name?.text === of.split(".").at(-1)) ?? classes[0];
  if (actor === undefined) return { offset: 0, end: 0 };
  const parameters = actor.members.flatMap((member) => {
    if (kind === "actorArgument") return ts.isConstructorDeclaration(member) ? [...member.parameters] : [];
    return ts.isMethodDeclaration(member) ? [...member.parameters] : [];
  });
  const named = kind === "actorType" ? [] : parameters.filter((node) => outerName(node.name.getText()) === name);
  const sends = (node: ts.ParameterDeclaration) => /^Out\b/.test(node.type?.getText() ?? "");
  const fitting = named.find((node) => direction === undefined || sends(node) === (direction === "out")) ?? named[0];
  const node = fitting?.name ?? actor.name ?? actor;
  return { offset: node.getStart(), end: node.getEnd() };
}
