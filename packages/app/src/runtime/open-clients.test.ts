import type { Aws } from '@twelvefold/aws';
import { createTestClock } from '@twelvefold/core/testing';
import { createLogger } from '@twelvefold/logging';
import { expect, it } from 'vitest';
import { defineApp, defineKind, makeDefinition } from '../index.ts';
import { openClients } from './open-clients.ts';

interface Ping {
  ping(): void;
}

/** A kind whose client counts, and has work that outlives its callers. */
function probeKind(steps: string[], share: 'process' | 'component') {
  return defineKind({
    name: 'probe',
    drivers: {
      test: {
        share,
        open: async ({ name }: { name: string }, { metrics, component }) => {
          const client: Ping = { ping: () => metrics.count('pings') };
          const step = (what: string) => async () => void steps.push(`${what} ${name} of ${component}`);
          return { client, flush: step('flush'), drain: step('drain'), stop: step('stop') };
        },
      },
    },
  }).accesses({ ping: { methods: ['ping'], actions: [] } });
}

async function open(share: 'process' | 'component') {
  const steps: string[] = [];
  const counted: string[] = [];
  const app = defineApp({ name: 'shop', backing: { probe: makeDefinition(probeKind(steps, share), { name: 'one' }) } });
  const uses = { probe: ['ping'] } as never; // the definition has the type of no client
  const components = [app.http({ uses }, () => new Response()), app.http({ name: 'two', uses }, () => new Response())];
  const aws = { as: () => aws } as unknown as Aws; // never called
  const clients = await openClients(app.backing, components, {
    port: aws,
    host: { concurrency: 2, isDevelopment: false },
    credentialsRefused: async () => false,
    previousSecret: async () => undefined,
    caller: 'service',
    targets: new Map(),
    configValue: () => undefined,
    clock: createTestClock(),
    random: () => 0.5,
    logger: createLogger({ service: 'shop', write: () => {}, env: {} }),
    metrics: {
      of: (component, resource) => ({
        count: (name) => void counted.push(`${name} ${component} ${resource}`),
        time: () => {},
      }),
    },
  });
  const pings = components.map((component) => clients.of(component).probe as Ping);
  for (const one of pings) one.ping();
  return { clients, steps, counted };
}

it('gives each client the metrics of its component and resource', async () => {
  expect((await open('component')).counted).toEqual(['pings http probe', 'pings two probe']);
  expect((await open('process')).counted).toEqual(['pings service probe', 'pings service probe']);
});

it('flushes, drains and stops every opened client once', async () => {
  const { clients, steps } = await open('process');
  await clients.flush?.();
  await clients.drain?.();
  await clients.stop();
  expect(steps).toEqual(['flush one of service', 'drain one of service', 'stop one of service']);
  expect(clients.check).toBeUndefined();
});
