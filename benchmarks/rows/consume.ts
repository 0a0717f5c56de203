import { cannedSqs } from '../support/endpoint.ts';
import type { Measured } from '../support/race.ts';
import { race } from '../support/race.ts';
import type { Row } from '../support/row.ts';
import type { Measurement } from './measurement.ts';

/** Enough for the compiler to be done: with 20,000 a third of our figure was its work. */
const MESSAGES = 60_000;
const TIMEOUT_MS = 240_000;
const CANNED =
  'Against canned answers on bare sockets, in a separate process. Two processes share the cores, so messages per second say less than CPU per message. The peer runs eight consumers in batch mode; ours handles as many messages at once (80).';
const FLOOR =
  'contestants/consume.floor.ts: bare sockets, signed, MD5, JSON.parse, zod, a promise per message; no scope, lease or retry.';
const SLOW =
  'Each call takes 10 ms, each handler 50 ms. The peer runs eight consumers in batch mode (80 messages at once), which wait for the slowest of ten; ours handles 1,000 at once.';

export const consume: Measurement = {
  name: 'consume',
  quick: false,
  async measure({ rounds }) {
    const base = { name: 'consume', exact: false };
    await using fast = await cannedSqs();
    const empty = await race({
      rounds,
      contestants: {
        twelvefold: 'consume.twelvefold.ts',
        peer: 'consume.sqs-consumer.ts',
        floor: 'consume.floor.ts',
      },
      timeoutMs: TIMEOUT_MS,
      env: fast.env,
      args: [String(MESSAGES)],
    });
    await using slow = await cannedSqs(10);
    const waiting: Record<string, Measured> = {
      ...(await race({
        rounds,
        contestants: { twelvefold: 'consume.twelvefold.ts' },
        env: slow.env,
        args: ['40000', '50', '1000'],
      })),
      ...(await race({
        rounds,
        contestants: { peer: 'consume.sqs-consumer.ts' },
        env: slow.env,
        args: ['4000', '50'],
      })),
    };
    const rate = (measured: Record<string, Measured>, name: string) => measured[name]?.perSecond ?? Number.NaN;
    const rows: Row[] = [
      {
        ...base,
        measure: 'SQS consumer, empty handler',
        unit: 'messages/s',
        value: rate(empty, 'twelvefold'),
        peers: { 'sqs-consumer': rate(empty, 'peer'), floor: rate(empty, 'floor') },
        note: `${CANNED} The floor is ${FLOOR}`,
      },
      {
        ...base,
        measure: 'SQS consumer, empty handler',
        unit: 'us CPU/message',
        value: empty.twelvefold?.cpuUs ?? Number.NaN,
        peers: { 'sqs-consumer': empty.peer?.cpuUs ?? Number.NaN, floor: empty.floor?.cpuUs ?? Number.NaN },
        target: { times: 1.5, of: 'floor' },
        note: `${CANNED} The floor is ${FLOOR}`,
      },
      {
        ...base,
        measure: 'SQS consumer, 10 ms API delay, 50 ms handler',
        unit: 'messages/s',
        value: rate(waiting, 'twelvefold'),
        peers: { 'sqs-consumer': rate(waiting, 'peer') },
        target: { times: 14, of: 'sqs-consumer', atLeast: true },
        note: SLOW,
      },
    ];
    return rows;
  },
};
