import type { Command, Option } from "commander";
import { usage } from "../exit.js";
import { examples, jsonOption } from "../options.js";
import { print, printJson } from "../output.js";

const SHELLS = ["bash", "zsh", "fish"] as const;

/** Each asks `kappa __complete WORDS...` for what may follow; where that knows nothing, file names are completed. */
const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `_kappa() {
  local current="\${COMP_WORDS[COMP_CWORD]}" found
  found="$(kappa __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)"
  if [ "$found" = ":files" ]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$found" -- "$current")
  fi
}
complete -F _kappa kappa`,
  zsh: `#compdef kappa
_kappa() {
  local -a found
  found=("\${(@f)$(kappa __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "$found[1]" == ":files" ]]; then _files; else compadd -- $found; fi
}
compdef _kappa kappa`,
  fish: `function __kappa_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (kappa __complete $words[2..-1] 2>/dev/null)
  if test "$found[1]" = ":files"
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete -c kappa -f -a '(__kappa_complete)'`,
};

/** `kappa completion SHELL`, and what its scripts ask. */
export function addCompletion(program: Command): void {
  const command = program
    .command("completion")
    .description("print what makes a shell complete commands, options, files, refs of the running host and actors")
    .argument("<shell>", SHELLS.join(", "))
    .addOption(jsonOption("print the script in JSON"))
    .action((shell: string, { json }: { json?: boolean }) => {
      const script = SCRIPTS[shell as (typeof SHELLS)[number]];
      if (script === undefined) throw usage(`There is completion for ${SHELLS.join(", ")}, not for ${shell}`);
      if (json) printJson({ shell, script });
      else print(script);
    });
  examples(command, [
    ["source <(kappa completion bash)", "in ~/.bashrc"],
    ["kappa completion fish > ~/.config/fish/completions/kappa.fish", "for fish"],
  ]);
  program
    .command("__complete", { hidden: true })
    .argument("[words...]")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (_words: string[], _options: unknown, own: Command) => {
      const words = own.parent!.args.slice(1);
      const found = await candidates(program, words);
      if (found.length > 0) print(found.join("\n"));
    });
}

/** What may stand in place of the last word; `:files` for file names. */
async function candidates(program: Command, words: readonly string[]): Promise<string[]> {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  let command = program;
  let place = 0;
  let takesValue: Option | undefined;
  let host: string | undefined;
  for (const word of before) {
    if (takesValue !== undefined) {
      if (takesValue.long === "--host") host = word;
      takesValue = undefined;
    } else if (word.startsWith("-")) {
      const option = command.options.find(({ long, short }) => word === long || word === short);
      takesValue = option?.required ? option : undefined;
    } else {
      const inner = command.commands.find((child) => child.name() === word);
      if (inner === undefined) place++;
      else command = inner;
    }
  }
  if (takesValue !== undefined) return ofOption(takesValue);
  if (current.startsWith("-"))
    return [...command.options.flatMap(({ long, hidden }) => (long && !hidden ? [long] : [])), "--help"];
  const inner = command.commands.map((child) => child.name()).filter((name) => !name.startsWith("__"));
  if (inner.length > 0) return inner;
  const argument =
    command.registeredArguments[place] ?? command.registeredArguments.filter(({ variadic }) => variadic).at(-1);
  return argument === undefined ? [] : ofArgument(command.name(), argument.name(), host);
}

function ofOption(option: Option): string[] {
  if (option.argChoices) return option.argChoices;
  return /file|dir/.test(option.flags) ? [":files"] : [];
}

async function ofArgument(command: string, argument: string, host: string | undefined): Promise<string[]> {
  if (argument === "shell") return [...SHELLS];
  if (/^(file|files|paths|path)$/.test(argument)) return [":files"];
  if (argument === "ref") return namesOf(host, "kappa");
  if (command === "runtimes") return namesOf(host, "runtimes");
  if (argument === "what") {
    const types = (await (await import("../sources.js")).actorStore([])).suggestions();
    return [...new Set(types.map((type) => type.split(".")[0]!)), ...types];
  }
  return [];
}

/** Names that the base runtime knows; none when it does not answer soon: a shell must not hang. */
async function namesOf(host: string | undefined, list: string): Promise<string[]> {
  const { Client } = await import("../client.js");
  const { hostOption } = await import("../options.js");
  const url = host ?? process.env.KAPPA_HOST ?? String(hostOption().defaultValue);
  try {
    const found = await new Client(url).json<{ name: string }[]>("GET", [list], { signal: AbortSignal.timeout(1500) });
    return found.map(({ name }) => name);
  } catch {
    return [];
  }
}
