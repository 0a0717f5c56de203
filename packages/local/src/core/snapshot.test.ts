import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../start.ts';
import { startLocalAws } from '../start.ts';
import { createBackground } from './background.ts';
import { createCallLog } from './call-log.ts';
import { createClock } from './clock.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';
import { storeKey, World } from './stores.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twelvefold-snapshot-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const connect = (aws: LocalAws, region = 'eu-west-1') =>
  new SSMClient({ endpoint: aws.url, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });

describe('a snapshot', () => {
  it('brings state back in every region, and the clock at least to where it was', async () => {
    const first = await startLocalAws({ snapshot: folder, clock: createClock(() => 1_000_000) });
    for (const [region, Value] of [
      ['eu-west-1', 'here'],
      ['us-east-1', 'there'],
    ] as const) {
      await connect(first, region).send(new PutParameterCommand({ Name: '/a', Value, Type: 'String' }));
    }
    first.clock.advance(5000);
    await first.close();
    await using second = await startLocalAws({ snapshot: folder, clock: createClock(() => 1_001_000) });
    expect(second.clock.now()).toBe(1_005_000);
    const read = async (region: string) =>
      (await connect(second, region).send(new GetParameterCommand({ Name: '/a' }))).Parameter;
    expect(await read('eu-west-1')).toMatchObject({ Value: 'here', Version: 1 });
    expect(await read('us-east-1')).toMatchObject({ Value: 'there', LastModifiedDate: new Date(1_000_000) });
  });

  it('is saved on request, in process and over HTTP, and keeps the stores that no call has opened since', async () => {
    const first = await startLocalAws({ snapshot: folder });
    await connect(first).send(new PutParameterCommand({ Name: '/a', Value: '1', Type: 'String' }));
    await Promise.all([first.saveSnapshot(), first.saveSnapshot()]);
    await connect(first).send(new PutParameterCommand({ Name: '/a', Value: '2', Type: 'String', Overwrite: true }));
    expect((await fetch(`${first.url}/_twelvefold/snapshot`, { method: 'POST' })).status).toBe(200);
    const second = await startLocalAws({ snapshot: folder });
    await second.close(); // saves what it has never touched
    await using third = await startLocalAws({ snapshot: folder });
    expect((await connect(third).send(new GetParameterCommand({ Name: '/a' }))).Parameter?.Value).toBe('2');
    expect((await readdir(folder)).length).toBe(2);
    await first.close();
  });

  it('stays savable whatever region a request names', async () => {
    const first = await startLocalAws({ snapshot: folder });
    for (const region of ['a'.repeat(33), 'a'.repeat(300), '..', 'x'.repeat(32)]) {
      await connect(first, region)
        .send(new PutParameterCommand({ Name: '/a', Value: '1', Type: 'String' }))
        .catch(() => {});
    }
    const link = `/?Action=ConfirmSubscription&Token=a&TopicArn=arn:aws:sns:${'a'.repeat(300)}:123456789012:a`;
    expect((await fetch(`${first.url}${link}`)).status).toBe(403);
    await first.close();
    await using second = await startLocalAws({ snapshot: folder });
    const read = connect(second, 'x'.repeat(32)).send(new GetParameterCommand({ Name: '/a' }));
    expect((await read).Parameter?.Value).toBe('1');
  });

  it('needs a folder to be saved to', async () => {
    await using aws = await startLocalAws();
    await expect(aws.saveSnapshot()).rejects.toThrow('Cannot save a snapshot: start the local AWS with the option');
    const answer = await fetch(`${aws.url}/_twelvefold/snapshot`, { method: 'POST' });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('Cannot save a snapshot')]);
  });

  it('that cannot be read stops the start, and stays as it is', async () => {
    await writeFile(join(folder, 'snapshot.json'), '{"format":99}');
    await expect(startLocalAws({ snapshot: folder })).rejects.toThrow(
      /Cannot load the snapshot in .*: its format is 99/,
    );
    await writeFile(join(folder, 'snapshot.json'), '{');
    await expect(startLocalAws({ snapshot: folder })).rejects.toThrow(/Cannot load the snapshot/);
    expect(await readFile(join(folder, 'snapshot.json'), 'utf8')).toBe('{');
  });

  it('is the last whole one when a save fails half way', async () => {
    const services = [{ service: 'ssm', account: '123456789012', region: 'eu-west-1', stores: { ssm: { a: 1 } } }];
    await writeSnapshot(folder, { nowMs: 1, services });
    const broken = [...services, { ...services[0], region: 'no/such/folder' }] as typeof services;
    await expect(writeSnapshot(folder, { nowMs: 2, services: broken })).rejects.toThrow('ENOENT');
    expect(await readSnapshot(folder)).toEqual({ nowMs: 1, services });
  });
});

describe('a store', () => {
  const clock = createClock(() => 0);
  const background = createBackground({ clock, calls: createCallLog(), log: () => {} });

  it('goes through its own form of data when its state is more than data, and rearms its timers', () => {
    const fired: string[] = [];
    const key = storeKey('timers', () => ({ dueAt: 0, cancel: () => {} }), {
      save: ({ dueAt }) => ({ dueAt }),
      load: ({ dueAt }, context) => ({
        dueAt,
        cancel: context.clock.after(dueAt - context.clock.now(), () => fired.push(`${context.account} ${dueAt}`)),
      }),
    });
    const before = new World(background);
    before.stores('1', 'r').get(key).dueAt = 5000;
    const after = new World(background);
    after.load(before.save());
    expect(after.stores('1', 'r').get(key).dueAt).toBe(5000);
    clock.advance(5000);
    expect(fired).toEqual(['1 5000']);
  });

  it('is data of Maps, Sets, dates and bytes, or is refused by name', () => {
    const world = new World(background);
    const { stores } = { stores: world.stores('1', 'r') };
    const plain = new Map<string, unknown>([['a', { b: [1n, new Date(0), new Set([Buffer.from('x')]), null] }]]);
    stores.get(storeKey('plain', () => plain));
    expect(world.save()).toEqual([{ service: 'plain', account: '1', region: 'r', stores: { plain } }]);
    class Thing {}
    stores.get(storeKey('odd', () => ({ list: [new Thing()] })));
    expect(() => world.save()).toThrow('Cannot save a snapshot: odd.list.0 is an instance of Thing, not plain data');
    world.reset('odd');
    stores.get(storeKey('odd more', () => ({ call: () => 1 })));
    expect(() => world.save()).toThrow('odd more.call is a function');
    world.reset('odd');
    expect(world.save().map(({ service }) => service)).toEqual(['plain']);
  });
});
