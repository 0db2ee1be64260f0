import { FINDINGS } from "./diagnostics.js";
import type { Group, Name } from "./generated/ast.js";
import type { Report } from "./report.js";
import { rangeOf } from "./tree.js";

/** The script's groups of targets. */
export class Groups {
  private readonly definitions = new Map<string, Group>();
  /** The members of each group, those of groups inside it too; each once. */
  private readonly members = new Map<string, Name[]>();
  private readonly used = new Set<string>();

  /** @param isTarget whether a name is that of an actor or component instance */
  constructor(
    groups: Group[],
    private readonly report: Report,
    private readonly isTarget: (name: string) => boolean,
  ) {
    for (const group of groups) {
      const name = group.name.text;
      if (this.definitions.has(name)) report.add(rangeOf(group.name), FINDINGS.duplicateGroup(name));
      else this.definitions.set(name, group);
      if (isTarget(name)) report.add(rangeOf(group.name), FINDINGS.ambiguousGroup(name));
    }
    this.reportCircles();
  }

  names(): Iterable<string> {
    return this.definitions.keys();
  }

  /** The names of all members that are no groups themselves; undefined when there is no such group. */
  use(name: string): Name[] | undefined {
    this.used.add(name);
    return this.flat(name);
  }

  /** All names of members that are no groups. */
  *leaves(): Iterable<Name> {
    for (const { members } of this.definitions.values()) {
      for (const member of members) if (!this.definitions.has(member.text) || this.isTarget(member.text)) yield member;
    }
  }

  warnUnused(): void {
    for (const { members } of this.definitions.values()) for (const member of members) this.used.add(member.text);
    for (const [name, group] of this.definitions) {
      if (!this.used.has(name)) this.report.remark(rangeOf(group.name), FINDINGS.unusedGroup(name));
    }
  }

  private flat(start: string): Name[] | undefined {
    if (!this.definitions.has(start)) return undefined;
    const known = this.members.get(start);
    if (known !== undefined) return known;
    const found = new Map<string, Name>();
    const seen = new Set([start]);
    const open = [start];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const member of this.definitions.get(name)?.members ?? []) {
        if (!this.definitions.has(member.text) || this.isTarget(member.text)) found.set(member.text, member);
        else if (!seen.has(member.text)) {
          seen.add(member.text);
          open.push(member.text);
        }
      }
    }
    const members = [...found.values()];
    this.members.set(start, members);
    return members;
  }

  /** Depth-first over members, without recursion of our own; a group inside itself is reported where it closes the circle. */
  private reportCircles(): void {
    const done = new Set<string>();
    for (const start of this.definitions.keys()) {
      if (done.has(start)) continue;
      const open = new Set([start]);
      const stack = [{ name: start, next: 0 }];
      for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
        const member = this.definitions.get(top.name)?.members[top.next++];
        if (member === undefined) {
          done.add(top.name);
          open.delete(top.name);
          stack.pop();
        } else if (open.has(member.text)) {
          this.report.add(rangeOf(member), FINDINGS.circularGroup(member.text));
        } else if (this.definitions.has(member.text) && !done.has(member.text)) {
          open.add(member.text);
          stack.push({ name: member.text, next: 0 });
        }
      }
    }
  }
}
