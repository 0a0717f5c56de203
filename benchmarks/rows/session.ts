import { localEndpoint } from '../support/endpoint.ts';
import { race } from '../support/race.ts';
import type { Measurement } from './measurement.ts';

const REQUESTS = 2_000;
const table = (TableName: string) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  },
});

export const session: Measurement = {
  name: 'session',
  quick: false,
  async measure({ rounds }) {
    await using endpoint = await localEndpoint({ Sessions: table('bench-sessions') });
    const args = [endpoint.ids.Sessions ?? '', String(REQUESTS)];
    const { env } = endpoint;
    const calls = async (name: string): Promise<number> => {
      await endpoint.calls();
      await race({ rounds: 1, contestants: { [name]: `session.${name}.ts` }, env, args });
      // One more created the session, and a quarter more warmed up.
      return ((await endpoint.calls()).length - 1) / (REQUESTS * 1.25);
    };
    const ours = await calls('twelvefold');
    const theirs = await calls('connect-dynamodb');
    const measured = await race({
      rounds,
      contestants: { twelvefold: 'session.twelvefold.ts', 'connect-dynamodb': 'session.connect-dynamodb.ts' },
      env,
      args,
    });
    const us = (name: string) => measured[name]?.cpuUs ?? Number.NaN;
    const base = { name: 'session', measure: 'Session per HTTP request (read + rolling touch)' };
    return [
      {
        ...base,
        unit: 'calls',
        value: ours,
        peers: { 'connect-dynamodb': theirs },
        target: { atMost: 1.01 },
        exact: true,
      },
      {
        ...base,
        unit: 'us CPU',
        value: us('twelvefold'),
        peers: { 'connect-dynamodb': us('connect-dynamodb') },
        target: { times: 0.15, of: 'connect-dynamodb' },
        exact: false,
        note: 'Against the embedded endpoint in a separate process. With a user: each request reads the session, the epoch of its user and that of the store. Of the peer only the store is called, as express-session calls it: get, then touch.',
      },
    ];
  },
};
