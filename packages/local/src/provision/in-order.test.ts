import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder } from './in-order.ts';

const graph = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 20 }).map((edges) => ({ size, edges })),
  );
const build = (size: number, edges: ReadonlyArray<readonly [number, number]>) =>
  new Map(
    Array.from({ length: size }, (_, node) => [
      `n${node}`,
      edges.filter(([from]) => from === node).map(([, to]) => `n${to}`),
    ]),
  );

describe('inOrder', { timeout: 60_000 }, () => {
  it('puts each node after those it needs, whatever the graph without cycles', () => {
    fc.assert(
      fc.property(graph, ({ size, edges }) => {
        const needs = build(
          size,
          edges.filter(([from, to]) => from > to),
        );
        const order = inOrder(needs);
        expect([...order].sort()).toEqual([...needs.keys()].sort());
        for (const [node, needed] of needs) {
          for (const other of needed) expect(order.indexOf(other)).toBeLessThan(order.indexOf(node));
        }
      }),
    );
  });

  it('names a real cycle, whatever the graph with one', () => {
    fc.assert(
      fc.property(graph, ({ size, edges }) => {
        const needs = build(size, [...edges, [0, size - 1], [size - 1, 0]]);
        let message = '';
        try {
          inOrder(needs);
        } catch (error) {
          message = String(error);
        }
        const cycle = /\((.*)\)/.exec(message)?.[1]?.split(' -> ') ?? [];
        expect(cycle.length).toBeGreaterThan(1);
        expect(cycle[0]).toBe(cycle.at(-1));
        for (const [index, node] of cycle.slice(0, -1).entries()) expect(needs.get(node)).toContain(cycle[index + 1]);
      }),
    );
  });

  it('keeps the given order otherwise, and leaves out what is not a node', () => {
    expect(
      inOrder(
        new Map([
          ['b', ['Stage']],
          ['a', ['c']],
          ['c', []],
        ]),
      ),
    ).toEqual(['b', 'c', 'a']);
  });
});
