import type { Action } from '../../../core/service.ts';
import { checkInput } from '../../dynamodb/input/check-input.ts';
import { TABLE_NAME } from '../../dynamodb/input/members.ts';
import { STORE } from '../../dynamodb/store.ts';
import { isGone } from '../../dynamodb/streams/shards.ts';
import { tableArn } from '../../dynamodb/tables/find-table.ts';
import { STREAM_ARN } from '../members.ts';

const INPUT = {
  TableName: TABLE_NAME,
  Limit: { type: 'Integer', min: 1, max: 100 },
  ExclusiveStartStreamArn: STREAM_ARN,
} as const;

/** By ARN, so by table and then by when they were switched on. */
export const listStreams: Action = (raw, context) => {
  const { TableName, Limit = 100, ExclusiveStartStreamArn: start = '' } = checkInput(raw, INPUT);
  context.touches('*', 'dynamodb:ListStreams');
  const wanted = TableName === undefined ? undefined : tableArn(context, TableName);
  const found = [...context.stores.get(STORE).streams.values()]
    .filter((stream) => wanted === undefined || stream.arn.startsWith(`${wanted}/stream/`))
    .filter((stream) => stream.arn > start && !isGone(stream, context.clock.now()))
    .sort((left, right) => (left.arn < right.arn ? -1 : 1));
  const page = found.slice(0, Limit);
  return {
    Streams: page.map(({ arn, tableName, label }) => ({ StreamArn: arn, TableName: tableName, StreamLabel: label })),
    LastEvaluatedStreamArn: found.length > Limit ? page.at(-1)?.arn : undefined,
  };
};
