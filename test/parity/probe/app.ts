import {
  cache,
  defineApp,
  defineConfig,
  env,
  idempotencyStore,
  lock,
  parameterStore,
  queue,
  secret,
  secretsManager,
  table,
  topic,
} from 'twelvefold';
import * as z from 'zod/mini';
import { counter } from './counter.ts';
import { mailbox } from './mailbox.ts';

/** A job says what its handler should do with it. */
const Job = z.object({
  id: z.string(),
  does: z.enum([
    'succeed',
    'hold',
    'fail-once',
    'fail',
    'retry-once',
    'poison',
    'drop',
    'log',
    'forward',
    'twice-in-transaction',
    'hold-in-transaction',
    'knock',
  ]),
  at: z.optional(z.string()),
});
export const Step = z.object({ lane: z.string(), step: z.int(), failOnce: z.optional(z.boolean()) });
export const News = z.object({ id: z.string(), kind: z.enum(['loud', 'quiet']), text: z.string() });
const Row = z.object({
  id: z.string(),
  receives: z.optional(z.number()),
  effects: z.optional(z.number()),
  correlationId: z.optional(z.string()),
  traceparent: z.optional(z.string()),
  steps: z.optional(z.array(z.int())),
});

const Price = z.object({ cents: z.int() });
const Parcel = z.object({
  depot: z.string(),
  id: z.string(),
  grams: z.int(),
  driver: z.optional(z.string()),
  leavesAt: z.optional(z.string()),
  endsAt: z.optional(z.int()),
});

const news = topic('news', { schema: News });

/** An app that does, on request, whatever a host could get wrong. */
export const app = defineApp({
  name: 'probe',
  config: defineConfig({
    schema: z.object({
      greeting: z._default(z.string(), 'hello'),
      limits: z.object({ each: z.coerce.number().check(z.gte(1)) }),
      vault: z.object({ token: secret(z.string().check(z.minLength(10))) }),
    }),
    sources: [env(), parameterStore(), secretsManager()],
  }),
  backing: {
    jobs: queue('jobs', { schema: Job, deadLetter: { maxReceives: 3 } }),
    steps: queue('steps', { schema: Step, fifo: { group: 'lane' }, deadLetter: { maxReceives: 5 } }),
    news,
    mirror: queue('mirror', { schema: News, subscribe: [news] }),
    rows: table('rows', { schema: Row, key: 'id' }),
    parcels: table('parcels', {
      schema: Parcel,
      key: { partition: 'depot', sort: 'id' },
      indexes: { byDriver: { partition: 'driver', sort: 'leavesAt', projection: 'keys' } },
      ttl: 'endsAt',
    }),
    locks: lock('locks', { takeOver: { maxClockSkew: '10s' } }),
    once: idempotencyStore('once'),
    hits: counter('hits', { step: 2 }),
    prices: cache('prices', { schema: Price, ttl: '1m', negative: '1m', driver: 'memory' }),
    letters: mailbox('letters'),
  },
});
