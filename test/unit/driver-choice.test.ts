import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { driverOf } from '@twelvefold/backing/internal';
import { build } from 'esbuild';
import { defineApp } from 'twelvefold';
import { leaveOutDrivers } from 'twelvefold/esbuild';
import { buildManifest } from 'twelvefold/manifest';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';
import { tally } from './fixtures/tally/tally.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures/tally');
/** A text that only the driver's own file has. */
const MARKERS = { dynamodb: 'ADD amount :one', memory: 'a tally in memory' };

type DriverOfTally = keyof typeof MARKERS;

function manifestWith(driver: DriverOfTally) {
  const app = defineApp({ name: 'shop', backing: { hits: tally('hits', { driver }) } });
  const count = app.task('count', { params: z.object({}), uses: { hits: ['add'] } }, (_, { backing }) =>
    backing.hits.add(),
  );
  const idle = app.task('idle', { params: z.object({}), uses: {} }, async () => 0);
  return buildManifest(app, { 'lambda/count.js': count, 'lambda/idle.js': idle });
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'driver-choice-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function bundle(driver: DriverOfTally, component: string) {
  const outfile = join(folder, `${driver}-${component}.mjs`);
  const { metafile } = await build({
    stdin: {
      contents: `
        import { tally } from './tally.ts';
        import { driverOf } from '@twelvefold/backing/internal';
        export const hits = tally('hits', { driver: '${driver}' });
        export const open = (definition) => driverOf(definition).open(definition, { target: 'table' });
        export const other = (driver) => tally('hits', { driver });`,
      resolveDir: FIXTURES,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@twelvefold/source'],
    external: ['@aws-sdk/*'],
    plugins: [leaveOutDrivers(manifestWith(driver), component)],
    metafile: true,
    logLevel: 'silent',
  });
  const [output] = Object.values(metafile.outputs);
  const text = await readFile(outfile, 'utf8');
  return {
    outfile,
    drivers: Object.entries(MARKERS).flatMap(([name, marker]) => (text.includes(marker) ? [name] : [])),
    atTop: output?.imports.filter(({ kind, external }) => external && kind === 'import-statement') ?? [],
  };
}

describe('a driver that a definition chooses by one word', () => {
  it('is one of those that the kind has', () => {
    expectTypeOf(tally).parameter(1).toEqualTypeOf<{ driver?: DriverOfTally } | undefined>();
    // @ts-expect-error: the kind has no such driver
    expect(() => tally('hits', { driver: 'valkey' })).toThrow(
      `Cannot define tally 'hits': driver is "valkey"; choose dynamodb or memory`,
    );
    expect(tally('hits')).toMatchObject({ kind: 'tally', driver: 'dynamodb', name: 'hits' });
  });

  it('decides binding, grants and modules of the manifest', () => {
    const modules = ['./tally-dynamodb.ts', './tally-memory.ts'];
    const [remote] = manifestWith('dynamodb').resources;
    expect(remote).toMatchObject({ kind: 'tally', driver: 'dynamodb', modules });
    expect(remote?.binding?.env).toBe('TWELVEFOLD_HITS_NAME');
    expect(remote).not.toHaveProperty('cloudFormation');
    const [local] = manifestWith('memory').resources;
    expect(local).toMatchObject({ kind: 'tally', driver: 'memory', modules, cloudFormation: [] });
    expect(local).not.toHaveProperty('binding');
    expect(manifestWith('dynamodb').components.map(({ grants, modules }) => ({ grants, modules }))).toEqual([
      { grants: [{ resource: 'hits', actions: ['dynamodb:UpdateItem'] }], modules: ['./tally-dynamodb.ts'] },
      { grants: [], modules: [] },
    ]);
    expect(manifestWith('memory').components.map(({ grants, modules }) => ({ grants, modules }))).toEqual([
      { grants: [], modules: ['./tally-memory.ts'] },
      { grants: [], modules: [] },
    ]);
  });

  it.each<[DriverOfTally, string, DriverOfTally[]]>([
    ['dynamodb', 'count', ['dynamodb']],
    ['memory', 'count', ['memory']],
    ['dynamodb', 'idle', []],
    ['memory', 'idle', []],
  ])('%s: the bundle of %s has the drivers %j', async (driver, component, drivers) => {
    const made = await bundle(driver, component);
    expect(made.drivers).toEqual(drivers);
    expect(made.atTop).toEqual([]);
  });

  it('opens, and the other one says that the bundle lacks it', async () => {
    const { outfile } = await bundle('memory', 'count');
    const { hits, open, other } = await import(pathToFileURL(outfile).href);
    const { client } = await open(hits);
    expect([await client.add(), await client.add()]).toEqual([1, 2]);
    await expect(open(other('dynamodb'))).rejects.toThrow(
      "Cannot open ./tally-dynamodb.ts: the bundle of 'count' was built without it",
    );
    expect(driverOf(tally('hits', { driver: 'memory' })).actions).toEqual([]);
  });
});
