import { expect } from 'vitest';
import { createClient } from '../../client.ts';
import type { Scenario } from '../../scenario.ts';
import { manifest } from '../manifest.ts';

/** The part of a role in the template that is looked at here. */
interface RolePolicies {
  readonly Policies: ReadonlyArray<{
    readonly PolicyDocument: { readonly Statement: ReadonlyArray<{ Action: unknown; Resource: unknown }> };
  }>;
}

export const KIND_SCENARIOS: readonly Scenario[] = [
  {
    name: "a kind of backing service that the app defines itself: opened, bound, checked, and with the component's own permissions",
    contract: { counts: [2, 4], methods: ['increment'], ready: 200, actions: ['dynamodb:UpdateItem'] },
    run: async (app) => {
      const client = createClient(app);
      const first = await client.send('POST', '/hits');
      const second = await client.send('POST', '/hits');
      const { status: ready } = await client.send('GET', '/health/ready');

      const TableName = app.physicalId('AWS::DynamoDB::Table', '-hits');
      const arn = app.stack.resources.find(({ physicalId }) => physicalId === TableName)?.logicalId;
      expect(arn).toBe('HitsCounter');
      // Every call on the table was made under the component's name, and by an action that it is granted.
      const touched = app.endpoint
        .calls()
        .filter(({ touched: all }) => all.some(({ resource }) => resource.endsWith(`table/${TableName}`)))
        .filter(({ component }) => component !== undefined)
        .map(({ component, touched: all }) => [component, ...all.map(({ action }) => action)].join(' '));
      expect(new Set(touched)).toEqual(new Set(['http dynamodb:UpdateItem']));
      const role = app.stack.resources.find(({ logicalId }) => logicalId === 'HttpFunctionRole');
      if (!role) throw new Error('The template has no role for the front');
      const { Policies } = role.properties as unknown as RolePolicies; // by its type
      const statements = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
      const own = statements.filter(({ Resource }) => JSON.stringify(Resource).includes(`table/${TableName}`));
      expect(manifest.resources.find(({ key }) => key === 'hits')).toMatchObject({
        kind: 'counter',
        details: { step: 2 },
      });
      return {
        counts: [first.body, second.body].map((body) => (body as { count: number }).count),
        methods: (first.body as { methods: string[] }).methods,
        ready,
        actions: own.flatMap(({ Action }) => Action),
      };
    },
  },
];
