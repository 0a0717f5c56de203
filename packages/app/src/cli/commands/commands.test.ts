import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { bindings, defineApp, queue, table } from '../../index.ts';
import { buildManifest } from '../../manifest/index.ts';
import { runCli } from '../run-cli.fixture.ts';

const Order = z.object({ orderId: z.string() });

function makeApp(visibility: `${number}s`) {
  const app = defineApp({
    name: 'shop',
    backing: {
      orders: queue('orders', { schema: Order, visibility }),
      rows: table('rows', { schema: Order, key: 'orderId' }),
    },
  });
  const consumer = app.consumer('orders', { uses: { rows: ['write'] } }, async () => undefined);
  return { app, manifest: buildManifest(app, { 'lambda/orders.js': consumer }) };
}

const { app, manifest } = makeApp('30s');
const modules = { 'app.ts': { app, manifest, other: 7, nothing: null } };
const text = `${JSON.stringify(manifest, null, 2)}\n`;

describe('twelvefold manifest', () => {
  it('prints the manifest, and one line of it with --json', async () => {
    expect(await runCli(['manifest', 'app.ts'], { modules })).toMatchObject({ code: 0, stdout: text, stderr: '' });
    const line = await runCli(['manifest', 'app.ts', '--json'], { modules });
    expect(line.stdout).toBe(`${JSON.stringify(manifest)}\n`);
  });

  it.each(['other', 'nothing', 'app'])("refuses the export '%s', which is not a manifest", async (name) => {
    const { code, stdout, stderr } = await runCli(['manifest', 'app.ts', '--export', name], { modules });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`the export '${name}' of app.ts is none; export what buildManifest(app, entries)`);
  });

  it('writes a file, silently in a pipe, and leaves one that says the same', async () => {
    const written = await runCli(['manifest', 'app.ts', '--out', 'm.json'], { modules });
    expect(written).toMatchObject({ code: 0, stdout: '', stderr: '', files: { 'm.json': text } });

    const writeFile = () => Promise.reject(new Error('must not be written'));
    const world = { modules, files: written.files, writeFile, isTTY: true };
    expect(await runCli(['manifest', 'app.ts', '--out', 'm.json'], world)).toMatchObject({
      code: 0,
      stdout: 'm.json is up to date\n',
    });
    expect(await runCli(['manifest', 'app.ts', '--out', 'n.json'], world)).toMatchObject({
      code: 1,
      stderr: 'twelvefold: Cannot write n.json: must not be written\n',
    });
  });

  it('finds a file that says the same in another layout up to date', async () => {
    const { app: name, version, ...rest } = manifest;
    const files = { 'm.json': JSON.stringify({ ...rest, version, app: name }, null, '\t') };
    const argv = ['manifest', 'app.ts', '--check', 'm.json'];
    expect(await runCli(argv, { modules, files })).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const json = await runCli([...argv, '--json'], { modules, files });
    expect(JSON.parse(json.stdout)).toEqual({ file: 'm.json', stale: false, differences: [], misfits: [] });
  });

  it('lists what is stale, and how to write it again', async () => {
    const old = structuredClone(makeApp('60s').manifest);
    const [component] = old.components;
    const files = {
      'm.json': JSON.stringify({
        ...old,
        components: [
          { ...component, grants: component?.grants.map((grant) => ({ ...grant, actions: grant.actions.slice(1) })) },
          { ...component, name: 'gone' },
        ],
        resources: old.resources.filter(({ key }) => key !== 'rows'),
      }),
    };
    const { code, stdout, stderr } = await runCli(['manifest', 'app.ts', '--check', 'm.json'], { modules, files });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const lines = stderr.split('\n');
    expect(lines[0]).toBe('twelvefold: m.json is stale (- only there, + only in the app, ~ changed)');
    expect(lines).toContain('  ~ resources[orders].details.visibilityMs: 60000 -> 30000');
    expect(lines).toContain('  + components[orders].grants[rows].actions[dynamodb:PutItem]');
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}- components\[gone\]: \{"name":"gone",.*\.\.\.$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}\+ resources\[rows\]: \{"key":"rows",/));
    expect(lines.at(-2)).toBe('Write it again: twelvefold manifest app.ts --out m.json');

    const json = await runCli(['manifest', 'app.ts', '--check', 'm.json', '--json'], { modules, files });
    expect(json).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ file: 'm.json', stale: true });
    expect(JSON.parse(json.stdout).differences).toContainEqual({
      path: 'resources[orders].details.visibilityMs',
      was: 60_000,
      is: 30_000,
    });
  });

  it('finds what stored rows may not fit: new and required fields, other types, values that are gone', async () => {
    const release = (row: z.core.$ZodShape) => {
      const schema = z.object({ id: z.string(), ...row });
      const app = defineApp({
        name: 'shop',
        backing: { rows: table('rows', { schema: schema as never, key: 'id' as never }) },
      });
      return buildManifest(app, {});
    };
    const last = release({
      note: z.optional(z.string()),
      cents: z.number(),
      status: z.enum(['placed', 'lost']),
      to: z.object({ city: z.string() }),
    });
    const next = release({
      note: z.string(),
      cents: z.string(),
      status: z.enum(['placed', 'sent']),
      to: z.object({ city: z.string(), zip: z.string() }),
      userId: z.string(),
      region: z._default(z.string(), 'eu'),
      alias: z.optional(z.string()),
    });
    const world = { modules: { 'app.ts': { manifest: next } }, files: { 'm.json': JSON.stringify(last) } };
    const argv = ['manifest', 'app.ts', '--check', 'm.json'];
    const { code, stderr } = await runCli(argv, world);
    expect(code).toBe(1);
    const found = stderr.split('\n').filter((line) => line.startsWith('  ! '));
    const cure = 'make it optional or give it a default, or write it into what is stored before this release';
    expect(found).toEqual([
      `  ! rows: 'note' was optional and is required; ${cure}`,
      "  ! rows: 'cents' may be number, and is to be string; accept both, or add a new field",
      `  ! rows: 'status' may be "lost", which is no longer accepted; accept it until nothing has it`,
      `  ! rows: 'to.zip' is new and required; ${cure}`,
      `  ! rows: 'userId' is new and required; ${cure}`,
    ]);
    const json = JSON.parse((await runCli([...argv, '--json'], world)).stdout);
    expect(json.misfits).toHaveLength(5);
    // Written under the last release's manifest, and the other way round: nothing to say.
    const same = { ...world, files: { 'm.json': JSON.stringify(next) } };
    expect(await runCli(argv, same)).toMatchObject({ code: 0, stderr: '' });
  });

  it('bounds what it lists of a file that has nothing to do with the app', async () => {
    const resources = Array.from({ length: 100 }, (_, at) => ({ key: `r${at}` }));
    const files = { 'm.json': JSON.stringify({ ...manifest, resources }) };
    const { stderr } = await runCli(['manifest', 'app.ts', '--check', 'm.json'], { modules, files });
    expect(stderr).toMatch(/\n {2}and 6\d more\n/);
    expect(stderr.split('\n').length).toBeLessThan(50);
  });

  it.each([
    [['--check', 'none.json'], 1, /Cannot check none.json: there is no such file; write it with --out none.json/],
    [['--check', 'bad.json'], 1, /Cannot check bad.json: it is not JSON/],
    [['--check', 'a', '--out', 'b'], 64, /--out and --check exclude each other/],
  ])('says what is wrong with %j', async (options, code, message) => {
    const result = await runCli(['manifest', 'app.ts', ...options], { modules, files: { 'bad.json': '{' } });
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(message);
  });
});

describe('twelvefold bindings', () => {
  it('lists every resource with its three names, dead-letter queues included', async () => {
    const { code, stdout, stderr } = await runCli(['bindings', 'app.ts', '--stage', 'dev'], { modules });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [header, ...lines] = stdout.trimEnd().split('\n');
    expect(header).toMatch(/^KEY +ENVIRONMENT +PARAMETER +PHYSICAL NAME$/);
    expect(lines.map((line) => line.split(/ +/))).toEqual([
      ['orders', 'TWELVEFOLD_ORDERS_URL', '/shop/dev/bindings/orders', 'shop-dev-orders'],
      [
        'ordersDeadLetter',
        'TWELVEFOLD_ORDERS_DEAD_LETTER_URL',
        '/shop/dev/bindings/ordersDeadLetter',
        'shop-dev-orders-dead-letter',
      ],
      ['rows', 'TWELVEFOLD_ROWS_NAME', '/shop/dev/bindings/rows', 'shop-dev-rows'],
    ]);
  });

  it('gives the very bindings of the runtime as JSON', async () => {
    const { stdout } = await runCli(['bindings', 'app.ts', '--json'], { modules, env: { TWELVEFOLD_STAGE: 'prod' } });
    expect(JSON.parse(stdout)).toEqual(bindings(app, 'prod'));
  });

  it.each([
    [['--stage', 'UP'], 64, /--stage "UP" must be lower-case words joined by hyphens, 1 to 16 characters/],
    [['--stage', 'x'.repeat(17)], 64, /1 to 16 characters/],
    [[], 64, /--stage is missing: give --stage STAGE or set TWELVEFOLD_STAGE/],
    [
      ['--stage', 'dev', '--export', 'other'],
      1,
      /the export 'other' of app.ts is not an app; export what defineApp\(\)/,
    ],
    [['--stage', 'dev', '--export', 'nothing'], 1, /the export 'nothing' of app.ts is not an app/],
    [['--stage', 'dev', '--export', 'lost'], 1, /Cannot import lost of app.ts/],
  ])('says what is wrong with %j', async (options, code, message) => {
    const result = await runCli(['bindings', 'app.ts', ...options], { modules });
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(message);
  });
});

describe('twelvefold config plan', () => {
  it('is offered, from the package that knows config', async () => {
    const { code, stdout } = await runCli(['config', 'plan', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: twelvefold config plan <module> [options]');
    expect(await runCli(['config', 'plan', 'app.ts', '--stage', 'dev'], { modules })).toMatchObject({
      code: 1,
      stderr: "twelvefold: Cannot plan config: the app 'shop' has none; give defineApp() a config\n",
    });
    expect(await runCli(['config', 'plan', 'app.ts', '--stage', 'No'], { modules })).toMatchObject({ code: 64 });
  });
});
