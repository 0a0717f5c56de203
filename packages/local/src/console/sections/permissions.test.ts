import { expect, it } from 'vitest';
import { ACCOUNT, assumeNewRole, REGION, rootClient } from '../../iam/role-session.fixture.ts';
import { startLocalAws } from '../../start.ts';
import { createLogMemory } from '../log-memory.ts';
import type { ConsoleContext } from '../section.ts';
import { permissionsSection } from './permissions.ts';

it('counts what policies refused as denied, whatever the service calls its error', async () => {
  await using aws = await startLocalAws({ enforce: true });
  const headers = { 'user-agent': 'md/component#http' };
  const root = rootClient(aws.url, headers);
  await rootClient(aws.url).query('sns', 'CreateTopic', { Name: 'shop-dev-events' });
  const { client } = await assumeNewRole(aws.url, 'http', [], headers);
  const publish = { TopicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:shop-dev-events`, Message: 'x' };
  await root.query('sns', 'Publish', publish);
  const Policy = JSON.stringify({
    Statement: { Effect: 'Deny', Principal: '*', Action: 'sns:Publish', Resource: '*' },
  });
  await rootClient(aws.url).query('sns', 'SetTopicAttributes', {
    TopicArn: publish.TopicArn,
    AttributeName: 'Policy',
    AttributeValue: Policy,
  });
  await expect(client.query('sns', 'Publish', publish)).rejects.toThrow('AuthorizationError');
  const context: ConsoleContext = {
    aws,
    client: root,
    region: REGION,
    stage: 'dev',
    logs: createLogMemory(),
    images: undefined,
    messages: undefined,
    manifest: () => ({
      app: 'shop',
      components: [
        { name: 'http', entry: 'http.js', export: 'handler', trigger: { kind: 'http' }, uses: [], grants: [] },
      ],
      resources: [{ key: 'events', kind: 'topic', driver: 'sns', physicalName: 'shop-{stage}-events' }],
      config: { parameters: [], secrets: [] },
    }),
    signalApp: undefined,
    runs: undefined,
    sessions: undefined,
  };
  const found = await permissionsSection.read(context, { rest: [], search: new URLSearchParams() });
  expect(found.filter(({ action }) => action === 'sns:Publish')).toEqual([
    { component: 'http', action: 'sns:Publish', resource: 'events', granted: false, used: 1, denied: 1 },
  ]);
});
