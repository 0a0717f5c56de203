import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { MEASUREMENTS } from './rows/all.ts';
import type { Row } from './support/row.ts';
import { meetsTarget } from './support/row.ts';
import { table } from './support/table.ts';
import { versions } from './support/versions.ts';

const NAMES = MEASUREMENTS.map(({ name }) => name).join(', ');
const HELP = `Usage: npm run bench -- [--quick] [--row NAME]... [--rounds N] [--json FILE] [--markdown FILE]

Measures what docs and README claim, beside the named peers in the same run, and prints a table.

  --quick          request counts and bundle bytes alone: no times, no peers
  --row NAME       this measurement alone; may be repeated: ${NAMES}
  --rounds N       fresh processes per contestant, taken in turn; medians are shown (default: 5)
  --json FILE      writes the rows as JSON as well
  --markdown FILE  writes the table, with machine, date and versions, as well
  --help           this text

Exits with 1 when a count or a size misses its target. Times never fail a run: the table says whether they meet theirs.
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      row: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '5' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = values.row.filter((name) => !MEASUREMENTS.some((one) => one.name === name));
  if (unknown.length > 0) throw new TypeError(`unknown row ${unknown.join(', ')}; known: ${NAMES}`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new TypeError('--rounds takes a whole number from 1 on');
  return { ...values, rounds };
}

let options: ReturnType<typeof readOptions> | undefined;
try {
  options = readOptions();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  process.exitCode = 64;
}
if (options?.help) {
  process.stdout.write(HELP);
} else if (options) {
  const { quick, rounds, row } = options;
  const chosen = MEASUREMENTS.filter((one) => (row.length > 0 ? row.includes(one.name) : !quick || one.quick));
  const rows: Row[] = [];
  // One after the other: none waits for a processor that another has.
  for (const { name, measure } of chosen) {
    process.stderr.write(`${name} ...\n`);
    rows.push(...(await measure({ quick, rounds })));
  }
  const date = new Date().toISOString().slice(0, 10);
  const [cpu] = cpus();
  const machine = {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    platform: `${process.platform} ${process.arch}`,
  };
  process.stdout.write(`${table(rows)}\n`);
  if (options.json !== undefined) {
    const report = { date, node: process.version, machine, versions: await versions(), rounds, rows };
    await writeFile(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  if (options.markdown !== undefined) {
    const peers = Object.entries(await versions()).map(([name, version]) => `${name} ${version}`);
    const head = `# Results\n\n${date}, Node ${process.version}, ${machine.cores} cores (${machine.cpu}), ${machine.platform}; medians of ${rounds} fresh processes of each, in turn. ${peers.join(', ')}.\n`;
    await writeFile(options.markdown, `${head}\n${table(rows)}\n`);
  }
  if (!rows.every((one) => !one.exact || meetsTarget(one))) process.exitCode = 1;
}
