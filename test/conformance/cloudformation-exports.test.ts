import { DeleteStackCommand, ListExportsCommand, ListImportsCommand } from '@aws-sdk/client-cloudformation';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { output, outputsOf, queue, stacksOf, templateOf } from './cloudformation.fixture.ts';

let aws: LocalAws;
let stacks: ReturnType<typeof stacksOf>;
beforeAll(async () => {
  aws = await startLocalAws();
  stacks = stacksOf(aws);
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const base = (value: unknown = 'v1') => templateOf({ Q: queue() }, { Outputs: { Out: output(value, 'shared') } });
const IMPORTS = templateOf(
  { Q: queue({ Tags: [{ Key: 'from', Value: { 'Fn::ImportValue': { 'Fn::Sub': 'shared' } } }] }) },
  { Outputs: { Copy: output({ 'Fn::ImportValue': 'shared' }) } },
);

describe('exports', () => {
  it('are used by other stacks, and listed with those', async () => {
    const { client } = stacks;
    const { StackId } = await stacks.create('base', base());
    expect(await stacks.describe('base')).toMatchObject({ Outputs: [{ OutputKey: 'Out', ExportName: 'shared' }] });
    expect(outputsOf(await stacks.create('user', IMPORTS))).toEqual({ Copy: 'v1' });
    const { Exports } = await client.send(new ListExportsCommand({}));
    expect(Exports).toEqual([{ ExportingStackId: StackId, Name: 'shared', Value: 'v1' }]);
    const { Imports } = await client.send(new ListImportsCommand({ ExportName: 'shared' }));
    expect(Imports).toEqual(['user']);
    await expect(client.send(new ListImportsCommand({ ExportName: 'none' }))).rejects.toThrow(
      "Export 'none' is not imported by any stack.",
    );
  });

  it('stay as they are while they are used', async () => {
    const { client } = stacks;
    await stacks.create('base', base());
    await stacks.create('user', IMPORTS);
    const changed = await stacks.update('base', base('v2'));
    expect(changed.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const reason = async (status: string) =>
      (await stacks.events('base')).findLast(({ ResourceStatus }) => String(ResourceStatus) === status)
        ?.ResourceStatusReason;
    expect(await reason('UPDATE_ROLLBACK_IN_PROGRESS')).toContain(
      'Export shared cannot be updated as it is in use by user',
    );
    await stacks.update('base', templateOf({ Q: queue() }));
    expect(await reason('UPDATE_ROLLBACK_IN_PROGRESS')).toContain(
      'Export shared cannot be deleted as it is in use by user',
    );
    await client.send(new DeleteStackCommand({ StackName: 'base' }));
    expect(await stacks.settled('base')).toMatchObject({
      StackStatus: 'UPDATE_ROLLBACK_COMPLETE',
      StackStatusReason: 'Export shared cannot be deleted as it is in use by user',
    });
    const user = (await stacks.describe('user')).StackId ?? '';
    await client.send(new DeleteStackCommand({ StackName: 'user' }));
    await stacks.settled(user);
    expect(outputsOf(await stacks.update('base', base('v2')))).toEqual({ Out: 'v2' });
    const id = (await stacks.describe('base')).StackId ?? '';
    await client.send(new DeleteStackCommand({ StackName: 'base' }));
    expect((await stacks.settled(id)).StackStatus).toBe('DELETE_COMPLETE');
  });

  it('have one name each', async () => {
    await stacks.create('base', base());
    const other = await stacks.create('other', base());
    expect(other.StackStatus).toBe('ROLLBACK_COMPLETE');
    const reasons = (await stacks.events('other')).map(({ ResourceStatusReason }) => ResourceStatusReason);
    expect(reasons.join('\n')).toContain('Export with name shared is already exported by stack base.');
  });

  it('must be there', async () => {
    const stack = await stacks.create('user', IMPORTS);
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    const reasons = (await stacks.events('user')).map(({ ResourceStatusReason }) => ResourceStatusReason);
    expect(reasons.join('\n')).toContain('No export named shared found');
    expect(aws.calls({ service: 'sqs', operation: 'CreateQueue' })).toEqual([]);
  });
});
