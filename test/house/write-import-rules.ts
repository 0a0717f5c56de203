import { readFile, writeFile } from 'node:fs/promises';
import type { Override } from './imports.ts';
import { importRules, refusesImports } from './imports.ts';

const BIOME = new URL('../../biome.json', import.meta.url);

const settings: { overrides: Override[] } = JSON.parse(await readFile(BIOME, 'utf8'));
const first = settings.overrides.findIndex((override) => refusesImports(override));
const others = settings.overrides.filter((override) => !refusesImports(override));
settings.overrides = others.toSpliced(first, 0, ...importRules());
await writeFile(BIOME, `${JSON.stringify(settings, undefined, 2)}\n`);
