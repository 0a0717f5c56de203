import { localEndpoint } from '../support/endpoint.ts';
import { race } from '../support/race.ts';
import type { Measurement } from './measurement.ts';

const OPERATIONS = 1_000;
const locks = (TableName: string, sort?: string) => {
  const keys = ['id', ...(sort === undefined ? [] : [sort])];
  return {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys.map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
    },
  };
};

/** A free lock taken and released, beside two clients of locks on DynamoDB. */
export const lock: Measurement = {
  name: 'lock',
  quick: false,
  async measure({ rounds }) {
    await using endpoint = await localEndpoint({
      Ours: locks('bench-locks'),
      Theirs: locks('bench-lock-client'),
      Delivery: locks('bench-delivery', 'group'),
    });
    const { env, ids } = endpoint;
    const measured = await race({
      rounds,
      contestants: {
        twelvefold: 'lock.twelvefold.ts',
        'twelvefold, takeOver': 'lock.twelvefold-take-over.ts',
        'dynamodb-lock-client': 'lock.dynamodb-lock-client.ts',
        '@deliveryhero/dynamodb-lock': 'lock.deliveryhero.ts',
      },
      env,
      args: [ids.Ours ?? '', ids.Theirs ?? '', ids.Delivery ?? '', String(OPERATIONS)],
    });
    const us = (name: string) => measured[name]?.cpuUs ?? Number.NaN;
    const base = { name: 'lock', unit: 'us CPU', exact: false } as const;
    const [client, deliveryhero] = ['dynamodb-lock-client', '@deliveryhero/dynamodb-lock'] as const;
    const peers = { [client]: us(client), [deliveryhero]: us(deliveryhero) };
    const target = { times: 0.25, of: client } as const;
    return [
      {
        ...base,
        measure: 'Lock: acquire and release',
        value: us('twelvefold'),
        peers,
        target,
        note: 'Against the embedded endpoint in a separate process; the lock is free. Each client has its own table, with the default options and a lease of 30 s. dynamodb-lock-client (FailOpen) reads the lock before it takes it.',
      },
      {
        ...base,
        measure: 'The same with takeOver, the date of each answer compared',
        value: us('twelvefold, takeOver'),
        peers,
        target,
      },
    ];
  },
};
