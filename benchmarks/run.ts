import { bundleBytes } from './measures/bundle-bytes.ts';
import { configCalls } from './measures/config-calls.ts';
import { queueRequests } from './measures/queue-requests.ts';
import { sessionCalls } from './measures/session-calls.ts';
import { meetsTarget } from './support/row.ts';
import { table } from './support/table.ts';

const [format, ...rest] = process.argv.slice(2);
if (rest.length > 0 || (format !== undefined && format !== '--json')) {
  console.error('Usage: npm run bench [-- --json]');
  process.exitCode = 64;
} else {
  const rows = [];
  // One after the other: none waits for a processor that another has.
  for (const measure of [queueRequests, configCalls, sessionCalls, bundleBytes]) rows.push(...(await measure()));
  console.log(format === '--json' ? JSON.stringify(rows, undefined, 2) : table(rows));
  if (!rows.every(meetsTarget)) process.exitCode = 1;
}
