import { filtered, queue, topic } from '@twelvefold/backing';
import { defineConfig, env, param, parameterStore, secret, secretsManager } from '@twelvefold/config';
import { describe, expect, it } from 'vitest';
import * as full from 'zod';
import * as z from 'zod/mini';
import { defineApp } from '../define-app.ts';
import { buildManifest } from './build-manifest.ts';

const schema = z.object({ greeting: z._default(z.string(), 'Hello') });
const name = '/greeter/{stage}/greeting';

describe('buildManifest', () => {
  it('lists a default only where the infrastructure is to own the value', () => {
    const shape = { greeting: schema.shape.greeting, owned: z._default(param(z.string(), { provisioned: true }), 'x') };
    const config = defineConfig({ schema: z.object(shape), sources: [env(), parameterStore()] });
    expect(buildManifest(defineApp({ name: 'greeter', config }), {}).config).toEqual({
      parameters: [
        { key: 'greeting', name },
        { key: 'owned', name: '/greeter/{stage}/owned', default: 'x' },
      ],
      secrets: [],
    });
  });

  it('says which parameters and secrets all stages share, and names no versions', () => {
    const config = defineConfig({
      schema: z.object({
        a: param(z.string(), { name: '/shared/a', version: 3 }),
        b: secret(z.string(), { id: 'shared/b' }),
        c: secret(z.string(), { parameter: true, version: 'live' }),
      }),
      sources: [parameterStore(), secretsManager()],
    });
    const app = defineApp({ name: 'greeter', config });
    const all = app.http({ uses: { config: ['a', 'b', 'c'] } }, () => new Response());
    const manifest = buildManifest(app, { 'a.js': all });
    const { parameters, secrets } = manifest.config;
    const access = manifest.components[0]?.config?.access;
    expect(parameters).toEqual([
      { key: 'a', name: '/shared/a', shared: true },
      { key: 'c', name: '/greeter/{stage}/c' },
    ]);
    expect(secrets).toEqual([{ key: 'b', id: 'shared/b', shared: true }]);
    expect(access?.map(({ action }) => action)).toEqual([
      'ssm:GetParameters',
      'secretsmanager:GetSecretValue',
      'kms:Decrypt',
    ]);
  });

  it('lists who reads what of the config, with a whole section as one path, and the rules that may not run', () => {
    const config = defineConfig({
      schema: z.object({
        pricing: z
          .object({ taxRate: z.coerce.number(), currency: z.string() })
          .check(z.refine(({ taxRate, currency }) => taxRate < 1 || currency === 'XXX')),
        payments: z.object({ apiKey: secret(z.string()), hook: z.string() }),
      }),
      sources: [parameterStore(), secretsManager()],
    });
    const app = defineApp({ name: 'greeter', config });
    const api = app.http({ uses: { config: ['pricing', 'payments.apiKey'] } }, () => new Response());
    const report = app.task('report', { params: z.object({}), uses: { config: ['pricing.taxRate'] } }, async () => 1);
    const idle = app.task('idle', { params: z.object({}), uses: {} }, async () => 1);
    const { components, notes } = buildManifest(app, { 'http.js': api, 'report.js': report, 'idle.js': idle });
    expect(components.map(({ name, config: read }) => ({ name, read }))).toEqual([
      {
        name: 'http',
        read: {
          reads: ['pricing', 'payments.apiKey'],
          access: [
            {
              action: 'ssm:GetParameters',
              on: 'parameters',
              names: ['/greeter/{stage}/pricing/*', '/aws/reference/secretsmanager/greeter/{stage}/payments/apiKey'],
            },
            { action: 'secretsmanager:GetSecretValue', on: 'secrets', names: ['greeter/{stage}/payments/apiKey'] },
          ],
        },
      },
      {
        name: 'report',
        read: {
          reads: ['pricing.taxRate'],
          access: [{ action: 'ssm:GetParameters', on: 'parameters', names: ['/greeter/{stage}/pricing/taxRate'] }],
        },
      },
      { name: 'idle', read: undefined },
    ]);
    expect(notes).toEqual([
      "'report' does not read pricing.currency, so rules of the config section 'pricing' that need one of these do not run there; name it in 'uses.config', or rely on 'twelvefold config doctor'",
    ]);
  });

  it('refuses components of another app and two of one name', () => {
    const make = () =>
      defineApp({
        name: 'greeter',
        backing: { requests: queue('requests', { schema: z.object({ name: z.string() }) }) },
      });
    const [app, other] = [make(), make()];
    const consumer = () => app.consumer('requests', { uses: {} }, async () => undefined);
    expect(() => buildManifest(other, { 'a.js': consumer() })).toThrow(/'a.js' belongs to another app/);
    expect(() => buildManifest(app, { 'a.js': consumer(), 'b.js': consumer() })).toThrow(/both named 'requests'/);
  });

  it('has order, filters and sizes in it, and the suffix on what keeps order', () => {
    const Event = z.object({ kind: z.string(), account: z.string() });
    const events = topic('events', {
      schema: Event,
      fifo: { group: 'account' },
      filters: ['kind'],
      maxBytes: 1_000_000,
    });
    const bookings = queue('bookings', {
      schema: Event,
      fifo: true,
      subscribe: [filtered(events, { kind: 'booked' })],
    });
    const { resources } = buildManifest(defineApp({ name: 'bank', backing: { events, bookings } }), {});
    expect(resources).toMatchObject([
      {
        key: 'events',
        physicalName: 'bank-{stage}-events.fifo',
        details: { fifo: true, maxBytes: 1_000_000 },
        cloudFormation: [{ properties: { FifoTopic: true, MaximumMessageSize: 1_000_000 } }, {}],
      },
      {
        key: 'bookings',
        physicalName: 'bank-{stage}-bookings.fifo',
        details: { fifo: true },
        cloudFormation: [
          { id: 'BookingsQueue', properties: { FifoQueue: true } },
          { id: 'BookingsQueuePolicy' },
          { id: 'BookingsEventsSubscription', properties: { FilterPolicy: { kind: ['booked'] } } },
        ],
      },
      {
        key: 'bookingsDeadLetter',
        physicalName: 'bank-{stage}-bookings-dead-letter.fifo',
        details: { fifo: true },
        cloudFormation: [{ properties: { FifoQueue: true, MessageRetentionPeriod: 1_209_600 } }, {}],
      },
    ]);
    const plain = queue('plain', { schema: Event });
    const [standard] = buildManifest(defineApp({ name: 'bank', backing: { plain } }), {}).resources;
    expect(standard).toMatchObject({ physicalName: 'bank-{stage}-plain', details: { fifo: false } });
    expect(standard?.cloudFormation?.[0]?.properties).not.toHaveProperty('FifoQueue');
  });

  it('refuses a subscription whose messages cannot fit, as far as the schemas can tell', () => {
    const events = topic('events', {
      schema: full.object({
        id: full.number(),
        note: full.string().optional(),
        of: full.object({ at: full.string() }),
      }),
    });
    const Wrong = full.object({ id: full.string(), note: full.string(), of: full.object({ by: full.string() }) });
    const wrong = queue('wrong', { schema: Wrong, subscribe: [events as never] }); // as an app in JavaScript could
    const app = defineApp({ name: 'bank', backing: { events, wrong } });
    expect(() => buildManifest(app, {})).toThrow(
      /'wrong' subscribes to the topic 'events', whose messages do not fit: id may be number, and is to be string; .*: note may be missing; .*: of\.by is missing/,
    );
    const slim = queue('slim', { schema: z.object({ id: z.string() }), subscribe: [events as never] });
    expect(() => buildManifest(defineApp({ name: 'bank', backing: { events, slim } }), {})).toThrow(
      /'slim' .* id may be number, and is to be string/, // zod/mini
    );
    const fine = queue('fine', { schema: full.object({ id: full.number() }), subscribe: [events] });
    expect(buildManifest(defineApp({ name: 'bank', backing: { events, fine } }), {})).not.toHaveProperty('notes');
  });

  it('says which subscriptions nothing has compared', async () => {
    const validate = (value: unknown) => ({ value: value as { id: number } });
    const schema = { '~standard': { version: 1 as const, vendor: 'home-made', validate } };
    const events = topic('events', { schema });
    const readers = queue('readers', { schema: full.object({ id: full.number() }), subscribe: [events as never] });
    const manifest = buildManifest(defineApp({ name: 'bank', backing: { events, readers } }), {});
    expect(manifest.notes).toEqual([
      expect.stringContaining(
        "'readers' subscribes to the topic 'events' unchecked at build: the schema of topic 'events' (home-made)",
      ),
    ]);
  });
});
