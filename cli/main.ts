#!/usr/bin/env node
import { Command } from "commander";
import { compileCommand } from "./compile.js";
import { hostCommand } from "./host.js";
import { testCommand } from "./test.js";

const program = new Command("kappa")
  .description("Serverless computing for the Internet of Things")
  .showHelpAfterError()
  .addCommand(hostCommand())
  .addCommand(compileCommand())
  .addCommand(testCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`kappa: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
