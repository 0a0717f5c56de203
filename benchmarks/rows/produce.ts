import { cannedSqs } from '../support/endpoint.ts';
import { race } from '../support/race.ts';
import type { Measurement } from './measurement.ts';

export const produce: Measurement = {
  name: 'produce',
  quick: false,
  async measure({ rounds }) {
    await using endpoint = await cannedSqs();
    const measured = await race({
      rounds,
      contestants: { twelvefold: 'produce.twelvefold.ts', sdk: 'produce.aws-sdk.ts', floor: 'produce.floor.ts' },
      timeoutMs: 240_000,
      env: endpoint.env,
    });
    const base = { name: 'produce', measure: 'SQS producer', exact: false };
    return [
      {
        ...base,
        unit: 'messages/s',
        value: measured.twelvefold?.perSecond ?? Number.NaN,
        peers: { 'SDK x8': measured.sdk?.perSecond ?? Number.NaN, floor: measured.floor?.perSecond ?? Number.NaN },
        note: 'Batches of ten, a correlation id with each message, the messages validated with zod/mini on both sides. The floor is contestants/produce.floor.ts: bare sockets, signed, MD5, JSON, zod; no order, retry, size limit or result per message.',
      },
      {
        ...base,
        unit: 'us CPU/message',
        target: { times: 1.4, of: 'floor' },
        value: measured.twelvefold?.cpuUs ?? Number.NaN,
        peers: { 'SDK x8': measured.sdk?.cpuUs ?? Number.NaN, floor: measured.floor?.cpuUs ?? Number.NaN },
      },
    ];
  },
};
