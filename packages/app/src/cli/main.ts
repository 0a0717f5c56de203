#!/usr/bin/env node
/** The oldest major version of Node that the rest runs on (package.json, engines). */
const OLDEST_NODE = 22;

// The rest is imported only after the check: older versions fail on it without a readable message.
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `twelvefold: cannot start on Node ${process.versions.node}: it needs Node ${OLDEST_NODE} or newer\n`,
  );
  process.exitCode = 1;
} else {
  const { runCommandLine } = await import('./command-line.ts');
  await runCommandLine(process);
}

export {};
