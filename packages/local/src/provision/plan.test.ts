// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder, makePlan } from './plan.ts';
import { readTemplate } from './template.ts';

const PSEUDO = {
  account: '123456789012',
  partition: 'aws',
  region: 'eu-west-1',
  stackName: 'local',
  urlSuffix: 'amazonaws.com',
};
const plan = (template: object, parameters: Record<string, string> = {}) =>
  makePlan(readTemplate(template), new Map(Object.entries(parameters)), PSEUDO);
const order = (Resources: object, rest: object = {}, parameters: Record<string, string> = {}) =>
  plan({ Resources, ...rest }, parameters).ordered.map(({ logicalId }) => logicalId);
const resource = (properties: object = {}, rest: object = {}) => ({ Type: 'A::B::C', Properties: properties, ...rest });

describe('the order', () => {
  it('follows every kind of reference', () => {
    expect(
      order({
        A: resource({ x: [{ y: { Ref: 'B' } }] }),
        B: resource({ x: { 'Fn::GetAtt': ['C', 'Arn'] } }),
        C: resource({ x: { 'Fn::Sub': 'a-${D}-${E.Arn}-${!F}' } }),
        D: resource({}, { DependsOn: 'F' }),
        E: resource({ x: { 'Fn::Sub': ['${Own}', { Own: { Ref: 'G' } }] } }),
        F: resource({ x: { Ref: 'AWS::Region' } }),
        G: resource({}, { DependsOn: ['F'] }),
      }),
    ).toEqual(['F', 'D', 'G', 'E', 'C', 'B', 'A']);
  });

  it('names the resources of a cycle', () => {
    expect(() =>
      order({
        A: resource({ x: { Ref: 'B' } }),
        B: resource({ x: { 'Fn::Sub': '${C}' } }),
        C: resource({}, { DependsOn: 'B' }),
      }),
    ).toThrow('Cannot order the resources: they need each other (B -> C -> B)');
  });

  it('lists every reference to what is not there', () => {
    expect(() =>
      plan({
        Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
        Resources: { A: resource({ x: { Ref: 'Nothing' }, y: { Ref: 'B' } }), B: resource({}, { Condition: 'Never' }) },
        Outputs: { O: { Value: { 'Fn::GetAtt': ['Gone', 'Arn'] } } },
      }),
    ).toThrow(
      'Cannot provision the template: A refers to Nothing, which the template does not have; A refers to B, whose condition Never is false; the output O refers to Gone, which the template does not have',
    );
  });
});

describe('conditions', () => {
  const Conditions = {
    IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
    IsLarge: { 'Fn::Equals': [{ 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'size'] }, 'large'] },
    Both: { 'Fn::And': [{ Condition: 'IsProd' }, { Condition: 'IsLarge' }] },
    Neither: { 'Fn::Not': [{ 'Fn::Or': [{ Condition: 'IsProd' }, { Condition: 'IsLarge' }] }] },
  };
  const Mappings = { Sizes: { prod: { size: 'large' }, dev: { size: 'small' } } };
  const Resources = {
    P: resource({}, { Condition: 'IsProd' }),
    B: resource({}, { Condition: 'Both' }),
    N: resource({}, { Condition: 'Neither' }),
    Either: resource({ x: { 'Fn::If': ['IsProd', { Ref: 'P' }, { Ref: 'N' }] } }),
    Depends: resource({}, { DependsOn: ['P', 'N'] }),
  };

  it('pick resources, branches and outputs', () => {
    expect(order(Resources, { Conditions, Mappings }, { Stage: 'prod' })).toEqual(['P', 'B', 'Either', 'Depends']);
    expect(order(Resources, { Conditions, Mappings }, { Stage: 'dev' })).toEqual(['N', 'Either', 'Depends']);
    const Outputs = { OnlyProd: { Condition: 'IsProd', Value: { Ref: 'P' } } };
    expect(plan({ Conditions, Mappings, Resources, Outputs }, { Stage: 'dev' }).outputs).toEqual([]);
  });

  it.each<[object, RegExp]>([
    [{ A: { Condition: 'B' }, B: { 'Fn::Not': [{ Condition: 'A' }] } }, /condition A refers to itself \(A -> B -> A\)/],
    [{ A: { Condition: 'None' } }, /no condition None/],
    [{ A: { 'Fn::Equals': [{ Ref: 'R' }, 'x'] } }, /R is neither a parameter nor a pseudo parameter/],
    [{ A: { 'Fn::Equals': [{ 'Fn::GetAtt': ['R', 'Arn'] }, 'x'] } }, /a condition cannot look at the resource R/],
    [{ A: 'true' }, /Cannot evaluate the condition A/],
  ])('are refused: %j', (conditions, message) => {
    expect(() => order({ R: resource({}, { Condition: 'A' }) }, { Conditions: conditions })).toThrow(message);
  });
});

describe('what is not a template', () => {
  it.each<[unknown, RegExp]>([
    ['Resources: {}', /not an object with Resources/],
    [{ Resources: { A: {} } }, /Resources\.A has no Type/],
    [{ Resources: { A: { Type: 'T', Properties: [] } } }, /Resources\.A\.Properties is not an object/],
    [{ Resources: { A: { Type: 'T', DependsOn: [1] } } }, /DependsOn is not a logical id/],
    [{ Transform: 'Macro', Resources: {} }, /transform "Macro"; expand it/],
  ])('is refused: %j', (template, message) => {
    expect(() => readTemplate(template)).toThrow(message);
  });
});

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
