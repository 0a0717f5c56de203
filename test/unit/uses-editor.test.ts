import { join } from 'node:path';
import { kindOf } from '@twelvefold/backing/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Editor } from '../support/editor.ts';
import { openEditor } from '../support/editor.ts';
import { app } from './fixtures/editor/app.ts';

let editor: Editor;
beforeAll(async () => {
  editor = await openEditor(join(import.meta.dirname, 'fixtures/editor'));
}, 60_000);
afterAll(() => editor[Symbol.asyncDispose]());

const TABLE = Object.keys(kindOf(app.backing.rows).accesses).sort();
const CONFIG = ['payments', 'payments.apiKey', 'pricing', 'pricing.currency', 'pricing.taxRate'];
const component = (text: string) => `import { app } from './app.ts';\nconst ok = () => new Response();\n${text}\n`;
const union = (names: readonly string[]) => names.map((name) => `"${name}"`).join(' | ');

describe('completion', { timeout: 60_000 }, () => {
  it.each([
    ['the resources, and config', 'app.http({ uses: { | } }, ok);', ['config', 'events', 'orders', 'rows', 'sessions']],
    ['the accesses of a table', "app.http({ uses: { rows: ['|'] } }, ok);", TABLE],
    ['the access of a topic', "app.http({ uses: { events: ['|'] } }, ok);", ['publish']],
    ['sections and keys of the config', "app.http({ uses: { config: ['|'] } }, ok);", CONFIG],
    ['the sources, not the topic', "app.consumer('|', { uses: {} }, async () => {});", ['orders']],
    [
      'the methods of the named accesses',
      "app.http({ uses: { rows: ['get'] } }, async (_, { backing }) => backing.rows.|);",
      ['get'],
    ],
    [
      'the config that is named',
      "app.http({ uses: { config: ['pricing.taxRate'] } }, (_, { config }) => config.|);",
      ['pricing'],
    ],
  ])('offers %s', async (_case, text, wanted) => {
    expect(await editor.completions(component(text))).toEqual(wanted);
  });
});

describe('an error names the fault, and where it can the cure', { timeout: 60_000 }, () => {
  it.each([
    ['a wrong resource', "{ row: ['get'] }", "'row' does not exist in type", "Did you mean to write 'rows'?"],
    [
      'a wrong access',
      "{ rows: ['gett'] }",
      `Type '"gett"' is not assignable to type '${union(TABLE)}'.`,
      `Did you mean '"get"'?`,
    ],
    [
      'an access of another kind',
      "{ orders: ['publish'] }",
      `Type '"publish"' is not assignable to type '"redrive" | "send"'.`,
      '',
    ],
    [
      'an access that is not in a list',
      "{ rows: 'get' }",
      "Type 'string' is not assignable to type 'readonly (",
      '"get"',
    ],
    [
      'a wrong key of the config',
      "{ config: ['pricing.taxrate'] }",
      `Type '"pricing.taxrate"' is not assignable to type '${union(CONFIG)}'.`,
      `Did you mean '"pricing.taxRate"'?`,
    ],
    [
      'a wrong section of the config',
      "{ config: ['prices'] }",
      `Type '"prices"' is not assignable to type '${union(CONFIG)}'.`,
      '',
    ],
  ])('%s', async (_case, uses, fault, cure) => {
    const errors = await editor.errors(component(`app.http({ uses: ${uses} }, ok);`));
    expect(errors).toHaveLength(1);
    const message = errors[0] ?? '';
    expect(message).toContain(fault);
    expect(message).toContain(cure);
    // Two lines of an editor's hover: no print of a whole app or config.
    expect(message.length).toBeLessThan(500);
  });

  it.each([
    ['a source that is not there', "app.consumer('order', { uses: {} }, async () => {});", '"order"', '"orders"'],
    [
      'a resource that is not a source',
      "app.consumer('events', { uses: {} }, async () => {});",
      '"events"',
      '"orders"',
    ],
  ])('%s', async (_case, text, given, sources) => {
    expect(await editor.errors(component(text))).toEqual([
      `Argument of type '${given}' is not assignable to parameter of type '${sources}'.`,
    ]);
  });

  it.each([
    ['a method of an access that is not named', "rows: ['get']", 'backing.rows.put({ orderId: "1" })', 'put'],
    ['a resource that is not named', "rows: ['get']", 'backing.orders.send({ orderId: "1" })', 'orders'],
    ['config that is not named', "config: ['pricing.taxRate']", 'config.payments', 'payments'],
    ['a key of a section that is named in part', "config: ['pricing.taxRate']", 'config.pricing.currency', 'currency'],
  ])('%s', async (_case, uses, use, missing) => {
    const handler = `async (_, { backing, config }) => Response.json([await ${use}, backing, config])`;
    const errors = await editor.errors(component(`app.http({ uses: { ${uses} } }, ${handler});`));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(new RegExp(`^Property '${missing}' does not exist on type '`));
    expect(errors[0]?.length).toBeLessThan(250);
  });
});
