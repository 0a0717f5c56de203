import { describe, expect, it } from 'vitest';
import { registry } from './registry.ts';

describe('the registry', () => {
  it.each(registry.map((entry) => ({ ...entry, entry })))('routes to $name as its module says', async ({ entry }) => {
    const { name, json, query, rest, actions } = await entry.load();
    expect({ name, target: json?.targetPrefix }).toEqual({ name: entry.name, target: entry.target });
    expect(json ?? query ?? rest).toBeDefined();
    expect(rest !== undefined).toBe(entry.rest ?? false);
    expect(Object.keys(actions).length).toBeGreaterThan(0);
  });

  it('has one service for each way in', () => {
    const targets = registry.flatMap(({ target }) => target ?? []);
    expect(new Set(targets).size).toBe(targets.length);
  });
});
