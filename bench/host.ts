import { measurePipeline } from "./pipeline.js";
import { count, type Table } from "./report.js";
import { moduleOf } from "./workloads.js";

const STAGES = 5;
const WARM_UP = 50_000;
const TOKENS = 500_000;

/** What depends on the machine: for information. */
export async function hostRows(): Promise<Table[]> {
  const tally = await moduleOf("test/actors/Tally.ts");
  await measurePipeline(tally, STAGES, WARM_UP);
  const { tokensPerSecond } = await measurePipeline(tally, STAGES, TOKENS);
  return [
    {
      title: "On the host",
      text: `Wall-clock time, so that it differs from machine to machine and with its load. Node-RED's figure is of another run on
the machine that the budgets were made on (2 cores).`,
      columns: ["what", "tokens/s", "budget", "peer"],
      rows: [
        [
          `pipeline of ${STAGES} \`Tally\` actors, one process`,
          count(Math.round(tokensPerSecond / 1000) * 1000),
          "40 × Node-RED, about 500 000",
          "Node-RED 4.1, 5 function nodes: 11 400",
        ],
      ],
      command: "node build/js/bench/main.js host",
    },
  ];
}
