import { expect, it } from 'vitest';
import { xmlAt } from '../client/xml.ts';
import { startLocalAws } from '../start.ts';
import { assumeNewRole, rootClient } from './role-session.fixture.ts';

it("denies everything by a resource's policy that AWS would refuse: its denials cannot be read", async () => {
  await using aws = await startLocalAws({ enforce: true });
  const root = rootClient(aws.url);
  const { client } = await assumeNewRole(aws.url, 'sender', ['sqs:SendMessage']);
  const { QueueUrl } = await root.json('sqs', 'CreateQueue', { QueueName: 'orders' });
  const send = () => client.json('sqs', 'SendMessage', { QueueUrl, MessageBody: 'x' });
  const setPolicy = (Policy: string) => root.json('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } });
  await send();
  // The misspelt `Sidd` makes the policy malformed.
  const statement = { Sidd: 'Closed', Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: '*' };
  await setPolicy(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }));
  await expect(send()).rejects.toThrow('with an explicit deny in a resource-based policy');
  await setPolicy('');
  await send();
});

it('gives a role the id that its sessions have', async () => {
  await using aws = await startLocalAws({ enforce: true });
  const { assumedRoleId } = await assumeNewRole(aws.url, 'sender', []);
  const root = rootClient(aws.url);
  const role = await root.query('iam', 'GetRole', { RoleName: 'sender' });
  expect(assumedRoleId).toMatch(/^AROA[A-Z0-9]{17}:one$/);
  expect(assumedRoleId).toBe(`${xmlAt(role, 'Role', 'RoleId')?.text}:one`);
});
