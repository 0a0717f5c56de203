import { randomUUID } from 'node:crypto';
import { constraint, readInteger, readOneOf, readString, readStrings, requireString } from '../../../core/input.ts';
import type { Action, CallContext } from '../../../core/service.ts';
import { storeKey } from '../../../core/stores.ts';
import type { LogGroup } from '../log-store.ts';
import { groupByNameOrIdentifier, invalid, notFound } from '../log-store.ts';
import type { Row } from './evaluate.ts';
import { parseQuery } from './parse-query.ts';
import { discoverFields, runQuery } from './run-query.ts';

interface Query {
  readonly id: string;
  readonly results: ReadonlyArray<ReadonlyArray<{ readonly field: string; readonly value: string }>>;
  readonly statistics: Readonly<Record<string, number>>;
}

/** Source: "CloudWatch Logs quotas": results of a query are kept for seven days. */
const RETENTION_MS = 7 * 86_400_000;

const QUERIES = storeKey('logs queries', () => new Map<string, Query & { readonly atMs: number }>());

type Input = Readonly<Record<string, unknown>>;

/** Source: API reference, StartQuery. */
const MAX_GROUPS = 50;
const MAX_RESULTS = 10_000;

function groupsOf(input: Input, context: CallContext): LogGroup[] {
  const name = readString(input, 'logGroupName');
  const names = readStrings(input, 'logGroupNames', { min: 1, max: MAX_GROUPS });
  const identifiers = readStrings(input, 'logGroupIdentifiers', { min: 1, max: MAX_GROUPS });
  if ([name, names, identifiers].filter((given) => given !== undefined).length !== 1) {
    throw invalid('Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be given');
  }
  const byName = (names ?? (name === undefined ? [] : [name])).map((logGroupName) => ({ logGroupName }));
  const byIdentifier = (identifiers ?? []).map((logGroupIdentifier) => ({ logGroupIdentifier }));
  return [...byName, ...byIdentifier].map((entry) => groupByNameOrIdentifier(entry, context));
}

/** The records of the groups in a time range, newest first. */
function recordsOf(groups: readonly LogGroup[], fromMs: number, toMs: number, account: string): Row[] {
  const records = groups.flatMap((group) =>
    [...group.streams.values()].flatMap(({ name, events }) =>
      events
        .filter(({ timestampMs }) => timestampMs >= fromMs && timestampMs < toMs)
        .map(({ id, timestampMs, ingestionMs, message }) => ({
          timestampMs,
          id,
          row: {
            ...discoverFields(message),
            '@timestamp': timestampMs,
            '@ingestionTime': ingestionMs,
            '@message': message,
            '@logStream': name,
            '@log': `${account}:${group.name}`,
            '@ptr': Buffer.from(`${group.name} ${name} ${id}`).toString('base64'),
          },
        })),
    ),
  );
  return records.sort((a, b) => b.timestampMs - a.timestampMs || (a.id < b.id ? 1 : -1)).map(({ row }) => row);
}

const TIMES = /^(@timestamp|@ingestionTime)$|^(bin|datefloor)\(/;

/** Times have no zone: they are UTC. */
const write = (name: string, value: unknown): string =>
  TIMES.test(name) && typeof value === 'number'
    ? new Date(value).toISOString().replace('T', ' ').replace('Z', '')
    : String(value);

/** Runs at once; the results are there by the first GetQueryResults. */
export const startQuery: Action = (input, context) => {
  const groups = groupsOf(input, context);
  const start = readInteger(input, 'startTime', { min: 0 });
  const end = readInteger(input, 'endTime', { min: 0 });
  if (start === undefined) throw constraint('startTime', 'not be null');
  if (end === undefined) throw constraint('endTime', 'not be null');
  const text = requireString(input, 'queryString', { min: 0, max: 10_000 });
  readOneOf(input, 'queryLanguage', ['CWLI']);
  const limit = readInteger(input, 'limit', { min: 1, max: MAX_RESULTS }) ?? MAX_RESULTS;
  const records = recordsOf(groups, start * 1000, (end + 1) * 1000, context.account);
  const { columns, rows, matched, aggregated } = runQuery(parseQuery(text), records, limit);
  const queries = context.stores.get(QUERIES);
  for (const [id, { atMs }] of queries) if (atMs + RETENTION_MS <= context.clock.now()) queries.delete(id);
  const queryId = randomUUID();
  queries.set(queryId, {
    id: queryId,
    atMs: context.clock.now(),
    results: rows.map((row) =>
      [...columns, ...(aggregated ? [] : ['@ptr'])].flatMap((field) => {
        const value = row[field];
        return value === undefined || value === null ? [] : [{ field, value: write(field, value) }];
      }),
    ),
    statistics: {
      recordsMatched: matched,
      recordsScanned: records.length,
      bytesScanned: records.reduce((bytes, row) => bytes + Buffer.byteLength(String(row['@message'])), 0),
      estimatedRecordsSkipped: 0,
      estimatedBytesSkipped: 0,
      logGroupsScanned: groups.length,
    },
  });
  return { queryId };
};

function queryOf(input: Input, context: CallContext): Query {
  context.touches('*');
  const query = context.stores.get(QUERIES).get(requireString(input, 'queryId', { min: 0, max: 256 }));
  if (query === undefined) throw notFound('The specified query does not exist.');
  return query;
}

export const getQueryResults: Action = (input, context) => {
  const { results, statistics } = queryOf(input, context);
  const size = readInteger(input, 'maxItems', { min: 1, max: MAX_RESULTS }) ?? MAX_RESULTS;
  const token = readString(input, 'nextToken');
  if (token !== undefined && !/^\d{1,9}$/.test(token)) throw invalid('The specified nextToken is invalid.');
  const from = Number(token ?? 0);
  return {
    queryLanguage: 'CWLI',
    results: results.slice(from, from + size),
    statistics,
    status: 'Complete',
    nextToken: from + size < results.length ? String(from + size) : undefined,
  };
};

/** A query has ended before it can be stopped. */
export const stopQuery: Action = (input, context) => {
  const { id } = queryOf(input, context);
  throw invalid(`Query ${id} is not in Running or Scheduled state`);
};
