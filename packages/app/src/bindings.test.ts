import { queue, table, topic } from '@twelvefold/backing';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { bindings } from './bindings.ts';
import { defineApp } from './define-app.ts';
import { stageFrom } from './stage.ts';

const schema = z.object({ id: z.string() });

describe('bindings', () => {
  it('are a pure function of app and stage, dead-letter queues included', () => {
    const app = defineApp({
      name: 'shop',
      backing: {
        newOrders: queue('new-orders', { schema }),
        quiet: queue('quiet', { schema, deadLetter: false }),
        events: topic('events', { schema }),
        rows: table('rows', { schema, key: 'id' }),
      },
    });
    expect(bindings(app, 'prod').map(({ env, parameter, physicalName }) => [env, parameter, physicalName])).toEqual([
      ['TWELVEFOLD_NEW_ORDERS_URL', '/shop/prod/bindings/newOrders', 'shop-prod-new-orders'],
      [
        'TWELVEFOLD_NEW_ORDERS_DEAD_LETTER_URL',
        '/shop/prod/bindings/newOrdersDeadLetter',
        'shop-prod-new-orders-dead-letter',
      ],
      ['TWELVEFOLD_QUIET_URL', '/shop/prod/bindings/quiet', 'shop-prod-quiet'],
      ['TWELVEFOLD_EVENTS_ARN', '/shop/prod/bindings/events', 'shop-prod-events'],
      ['TWELVEFOLD_ROWS_NAME', '/shop/prod/bindings/rows', 'shop-prod-rows'],
    ]);
  });
});

describe('stageFrom', () => {
  it('reads TWELVEFOLD_STAGE alone', () => {
    expect(stageFrom({ TWELVEFOLD_STAGE: 'pre-prod', NODE_ENV: 'production' })).toBe('pre-prod');
    expect(() => stageFrom({ STAGE: 'prod', NODE_ENV: 'production' })).toThrow(/TWELVEFOLD_STAGE: it is not set/);
    expect(() => stageFrom({ TWELVEFOLD_STAGE: 'Prod/../x' })).toThrow(/is not lower-case words/);
  });
});
