import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '../support/median.ts';
import { CURVES } from './curves.ts';
import type { Point } from './plot.ts';
import { plot } from './plot.ts';

const NAMES = CURVES.map(({ name }) => name).join(', ');
const HELP = `Usage: npm run growth -- [--curve NAME]... [--rounds N] [--write]

Measures cost against size: CPU per operation and memory of a process per size.

  --curve NAME  this curve only; may be repeated: ${NAMES}
  --rounds N    processes per size; medians are shown (default: 3)
  --write       writes GROWTH.md and its plots beside it
  --help        this text
`;
const ROOT = join(import.meta.dirname, '..');

const { values } = parseArgs({
  options: {
    curve: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const unknown = values.curve.filter((name) => !CURVES.some((curve) => curve.name === name));
if (values.help) {
  process.stdout.write(HELP);
} else if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(HELP);
  process.exitCode = 64;
} else {
  await measureAll();
}

async function measureAll(): Promise<void> {
  const sections: string[] = [];
  for (const curve of CURVES.filter(({ name }) => values.curve.length === 0 || values.curve.includes(name))) {
    const points: Point[] = [];
    for (const size of curve.sizes) {
      process.stderr.write(`${curve.name} ${size} ...\n`);
      const cpuUs: number[] = [];
      const rssMb: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const timing = await curve.measure(size);
        cpuUs.push(timing.cpuUs / timing.operations);
        rssMb.push((timing.rssBytes ?? 0) / 1_048_576);
      }
      points.push({ size, cpuUs: median(cpuUs), rssMb: median(rssMb) });
    }
    if (values.write) {
      await mkdir(join(ROOT, 'plots'), { recursive: true });
      await writeFile(join(ROOT, 'plots', `${curve.name}.svg`), plot(curve.title, curve.size, curve.unit, points));
    }
    const rows = points.map(({ size, cpuUs, rssMb }) => {
      const figure = cpuUs >= 1_000 ? Math.round(cpuUs).toLocaleString('en') : cpuUs.toFixed(1);
      return `| ${size.toLocaleString('en')} | ${figure} | ${Math.round(rssMb)} |`;
    });
    const head = `| ${curve.size} | ${curve.unit} | RSS in MB |\n|---:|---:|---:|`;
    sections.push(`## ${curve.title}\n\n${head}\n${rows.join('\n')}\n\n![${curve.title}](plots/${curve.name}.svg)\n`);
  }
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}`;
  const text = `# Growth\n\n${date}, ${machine}; medians of ${rounds} processes per size. Written by \`npm run growth -- --write\`.\n\n${sections.join('\n')}`;
  process.stdout.write(text);
  if (values.write) await writeFile(join(ROOT, 'GROWTH.md'), text);
}
