import { localEndpoint } from '../support/endpoint.ts';
import { race } from '../support/race.ts';
import type { Measurement } from './measurement.ts';

const OPERATIONS = 2_000;

/** A row put and read by its key, beside the SDK's document client and two libraries on it. */
export const table: Measurement = {
  name: 'table',
  quick: false,
  async measure({ rounds }) {
    await using endpoint = await localEndpoint({
      Orders: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'bench-orders',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'orderId', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'orderId', KeyType: 'HASH' }],
        },
      },
    });
    const contestants = {
      twelvefold: 'table.twelvefold.ts',
      'lib-dynamodb': 'table.lib-dynamodb.ts',
      electrodb: 'table.electrodb.ts',
      'dynamodb-toolbox': 'table.dynamodb-toolbox.ts',
    };
    const rows = [];
    for (const operation of ['get', 'put']) {
      const args = [endpoint.ids.Orders ?? '', operation, String(OPERATIONS)];
      const measured = await race({ rounds, contestants, env: endpoint.env, args });
      const us = (name: string) => measured[name]?.cpuUs ?? Number.NaN;
      rows.push({
        name: 'table',
        measure: `Table: ${operation} of a row of 9 fields`,
        unit: 'us CPU',
        value: us('twelvefold'),
        peers: {
          'lib-dynamodb': us('lib-dynamodb'),
          electrodb: us('electrodb'),
          'dynamodb-toolbox': us('dynamodb-toolbox'),
        },
        target: { times: 0.25, of: 'lib-dynamodb' },
        exact: false,
        note: 'Against the embedded endpoint in a separate process. Ours checks the row with zod/mini on each put and get; lib-dynamodb checks nothing, ElectroDB and dynamodb-toolbox check what is put.',
      });
    }
    return rows;
  },
};
