import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { filtered } from '../topic/filtered.ts';
import { topic } from '../topic/topic.ts';
import { queue } from './queue.ts';

const Event = z.object({ kind: z.string(), cents: z.number(), express: z.boolean() });
const events = topic('events', { schema: Event, filters: ['kind', 'cents', 'express'] });

describe('queue', () => {
  it('says what keeps order, by which fields, and refuses a topic without order behind it', () => {
    expect(queue('a', { schema: Event }).fifo).toBeUndefined();
    expect(queue('a', { schema: Event, fifo: true }).fifo).toEqual({ group: undefined, deduplication: undefined });
    const fifo = { group: 'kind', deduplication: 'cents' } as const;
    expect(queue('a', { schema: Event, fifo }).fifo).toEqual(fifo);
    expect(() => queue('a', { schema: Event, fifo: true, subscribe: [events] })).toThrow(/from FIFO topics only/);
    const ordered = topic('ordered', { schema: Event, fifo: true });
    expect(queue('a', { schema: Event, fifo: true, subscribe: [ordered] }).subscribe).toEqual([ordered]);
    expect(queue('a', { schema: Event, subscribe: [ordered] }).subscribe).toEqual([ordered]);
  });

  it('refuses a topic that it subscribes to twice: SNS has one subscription for both', () => {
    const part = filtered(events, { kind: 'placed' });
    expect(() => queue('a', { schema: Event, subscribe: [events, part] })).toThrow(
      /subscribes to topic 'events' twice/,
    );
  });

  it('refuses options of fifo that it does not know', () => {
    const fifo = { groups: 'kind' } as object; // wrong on purpose
    expect(() => queue('a', { schema: Event, fifo })).toThrow(/unknown option 'groups'/);
  });
});

describe('topic', () => {
  it.each([
    ['correlationId', /an attribute that every message already has/],
    ['traceparent', /an attribute that every message already has/],
    ['größe', /SNS takes for no attribute/],
    ['two words', /SNS takes for no attribute/],
    ['AWS.region', /SNS takes for no attribute/],
    ['a..b', /SNS takes for no attribute/],
  ])('refuses to filter by %s, which no subscription could', (field, reason) => {
    expect(() => topic('t', { schema: z.object({ [field]: z.string() }), filters: [field] })).toThrow(reason);
  });

  it('takes as many filters as fit beside correlation and trace, and the sizes that SNS has', () => {
    const fields = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`f${n}`, z.string()]));
    const filters = Object.keys(fields);
    expect(() => topic('t', { schema: z.object(fields), filters })).toThrow(/7 different ones/);
    expect(topic('t', { schema: z.object(fields), filters: filters.slice(1) }).filters).toHaveLength(7);
    expect(topic('t', { schema: Event }).maxBytes).toBe(262_144);
    expect(() => topic('t', { schema: Event, maxBytes: 1_048_577 })).toThrow(/SNS allows 1024 to 1048576/);
  });
});

describe('filtered', () => {
  it('is an SNS filter policy on attributes', () => {
    const part = filtered(events, {
      kind: ['placed', { prefix: 're' }, { not: ['lost'] }],
      cents: [5, { from: 10, to: 20 }, { from: 100 }],
      express: true,
    });
    expect(part.filter).toEqual({
      kind: ['placed', { prefix: 're' }, { 'anything-but': ['lost'] }],
      cents: [{ numeric: ['=', 5] }, { numeric: ['>=', 10, '<=', 20] }, { numeric: ['>=', 100] }],
      express: ['true'],
    });
    expect(queue('a', { schema: Event, subscribe: [part] })).toMatchObject({
      subscribe: [events],
      filters: [part.filter],
    });
  });

  it('refuses what SNS would only refuse when it is deployed', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
    const schema = z.object({
      a: z.string(),
      b: z.string(),
      c: z.string(),
      d: z.string(),
      e: z.string(),
      f: z.string(),
    });
    const wide = topic('wide', { schema, filters: names });
    const five = { a: 'x', b: 'x', c: 'x', d: 'x', e: 'x' };
    expect(Object.keys(filtered(wide, five).filter)).toHaveLength(5);
    expect(() => filtered(wide, { ...five, f: 'x' })).toThrow(/names 6 fields .* SNS allows 5 and 150/);
    const many = (count: number) => Array.from({ length: count }, (_, n) => `v${n}`);
    expect(() => filtered(wide, { a: many(15), b: many(10) })).not.toThrow();
    expect(() => filtered(wide, { a: many(151) })).toThrow(/151 combinations/);
    expect(() => filtered(events, { cents: [{ from: -1_000_000_000, to: 1_000_000_000 }] })).not.toThrow();
    for (const cents of [1_000_000_001, { from: -1_000_000_001 }, { to: Number.POSITIVE_INFINITY }, Number.NaN])
      expect(() => filtered(events, { cents })).toThrow(/by 'cents': .* is not between -1000000000 and 1000000000/);
  });

  it('refuses what could not be meant', () => {
    const other = { region: 'eu' } as object; // wrong on purpose
    expect(() => filtered(events, other)).toThrow(
      /'region': it is not among the topic's filters \(kind, cents, express\)/,
    );
    expect(() => filtered(events, {})).toThrow(/no field is named/);
    expect(() => filtered(events, { kind: [] })).toThrow(/no value is named/);
    const odd = { kind: { suffix: 'x' } } as object; // wrong on purpose
    expect(() => filtered(events, odd)).toThrow(/a value is text, a number/);
  });
});
