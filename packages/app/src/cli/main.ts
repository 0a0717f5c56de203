#!/usr/bin/env node
/** The oldest major version of Node that the rest runs on (package.json, engines). */
const OLDEST_NODE = 22;
const [first, ...rest] = process.argv.slice(2);

// The rest is imported only after the check: older versions fail on it without a readable message.
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `twelvefold: cannot start on Node ${process.versions.node}: it needs Node ${OLDEST_NODE} or newer\n`,
  );
  process.exitCode = 1;
} else if ((first === '--help' || first === '-h') && rest.length === 0) {
  const { commandList } = await import('./help.ts');
  const { COMMAND_SUMMARIES } = await import('./command-summaries.ts');
  // A reader that closes the pipe early is not an error.
  process.stdout.on('error', () => {});
  process.stdout.write(commandList(COMMAND_SUMMARIES));
} else {
  const { runCommandLine } = await import('./command-line.ts');
  await runCommandLine(process);
}

export {};
