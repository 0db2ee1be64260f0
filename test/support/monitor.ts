import type { EmulatedBoard } from "../../cli/emulator.js";

/** Asks QEMU's monitor; the machine protocol (QMP) is on the process's standard streams. One question at a time. */
export class Monitor {
  private text = "";
  private waiter: (() => void) | undefined;
  private ready: Promise<unknown> | undefined;

  constructor(private readonly board: EmulatedBoard) {
    board.process.stdout!.on("data", (chunk) => {
      this.text += chunk;
      this.waiter?.();
    });
  }

  /** A 32-bit word at a physical address. */
  async word(address: number): Promise<number> {
    this.ready ??= this.execute({ execute: "qmp_capabilities" });
    await this.ready;
    const command = `xp /1wx 0x${address.toString(16)}`;
    const answer = await this.execute({ execute: "human-monitor-command", arguments: { "command-line": command } });
    return Number.parseInt(/: (0x[0-9a-f]+)/.exec(String(answer))![1]!, 16);
  }

  private async execute(command: object): Promise<unknown> {
    this.text = "";
    this.board.process.stdin!.write(`${JSON.stringify(command)}\n`);
    for (;;) {
      for (const line of this.text.split("\n").slice(0, -1)) {
        const { return: answer } = JSON.parse(line) as { return?: unknown };
        if (answer !== undefined) return answer;
      }
      await new Promise<void>((resolve) => {
        this.waiter = resolve;
      });
    }
  }
}
