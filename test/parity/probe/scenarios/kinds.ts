import { expect } from 'vitest';
import type { RunningApp } from '../../../support/start-app.ts';
import { until } from '../../../support/until.ts';
import { createClient } from '../../client.ts';
import type { Scenario } from '../../scenario.ts';
import { manifest } from '../manifest.ts';

/** The part of a role in the template that is looked at here. */
interface RolePolicies {
  readonly Policies: ReadonlyArray<{
    readonly PolicyDocument: { readonly Statement: ReadonlyArray<{ Action: unknown; Resource: unknown }> };
  }>;
}

/** The actions that a role of the template has on a resource. */
function actionsOf({ stack }: RunningApp, roleId: string, arnEnd: string): unknown[] {
  const role = stack.resources.find(({ logicalId }) => logicalId === roleId);
  if (!role) throw new Error(`The template has no role ${roleId}`);
  const { Policies } = role.properties as unknown as RolePolicies; // by its type
  const statements = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  return statements.filter(({ Resource }) => JSON.stringify(Resource).includes(arnEnd)).flatMap(({ Action }) => Action);
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
      // Every call on the table was made under the component's name, and by an action that it is
      // granted.
      const touched = app.endpoint
        .calls()
        .filter(({ touched: all }) => all.some(({ resource }) => resource.endsWith(`table/${TableName}`)))
        .filter(({ component }) => component !== undefined)
        .map(({ component, touched: all }) => [component, ...all.map(({ action }) => action)].join(' '));
      expect(new Set(touched)).toEqual(new Set(['http dynamodb:UpdateItem']));
      const actions = actionsOf(app, 'HttpFunctionRole', `table/${TableName}`);
      expect(manifest.resources.find(({ key }) => key === 'hits')).toMatchObject({
        kind: 'counter',
        details: { step: 2 },
      });
      return {
        counts: [first.body, second.body].map((body) => (body as { count: number }).count),
        methods: (first.body as { methods: string[] }).methods,
        ready,
        actions,
      };
    },
  },
  {
    name: 'a kind of source that the app defines itself: sent to by one component, consumed by another, each with its own permissions',
    contract: {
      methods: ['drop'],
      row: { effects: 1, correlationId: 'HELLO' },
      sends: ['sqs:SendMessage'],
      receives: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    },
    run: async (app) => {
      const client = createClient(app);
      const { body } = await client.send('POST', '/letters', { body: { id: 'letter-1', text: 'hello' } });
      const row = await until(
        'the letter is handled',
        async () => (await client.send('GET', '/rows?id=letter-1')).body as Record<string, unknown>,
        ({ effects }) => effects !== undefined,
      );
      const url = app.physicalId('AWS::SQS::Queue', '-letters');
      const name = url.slice(url.lastIndexOf('/') + 1);
      expect(manifest.resources.find(({ key }) => key === 'letters')).toMatchObject({ kind: 'mailbox', driver: 'sqs' });
      return {
        methods: (body as { methods: string[] }).methods,
        row: { effects: row.effects, correlationId: row.correlationId },
        sends: actionsOf(app, 'HttpFunctionRole', `:${name}`),
        receives: actionsOf(app, 'LettersFunctionRole', `:${name}`),
      };
    },
  },
  {
    name: 'a cache: one load for callers at the same time, the memory that there is no value, a delete, only the granted methods',
    contract: {
      status: 200,
      body: {
        values: Array.from({ length: 5 }, () => ({ cents: 5 })),
        none: [true, true],
        after: { cents: 6 },
        loads: ['price', 'none', 'price'],
        methods: ['getOrLoad', 'delete'],
      },
      resource: { kind: 'cache', driver: 'memory' },
      grants: [],
    },
    run: async (app) => {
      const { status, body } = await createClient(app).send('GET', '/cached?key=parity');
      const resource = manifest.resources.find(({ key }) => key === 'prices');
      const http = manifest.components.find(({ name }) => name === 'http');
      return {
        status,
        body,
        resource: { kind: resource?.kind, driver: resource?.driver },
        grants: http?.grants.filter((grant) => grant.resource === 'prices'),
      };
    },
  },
];
