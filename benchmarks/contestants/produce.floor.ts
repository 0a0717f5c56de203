import { hash, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import * as z from 'zod/mini';
import { bareRequest } from '../support/bare-request.ts';
import { contest } from '../support/contest.ts';

/*
 * The least that sends: eight bare sockets, ten messages a call, signed; messages validated, each
 * with a correlation id, its MD5 compared with the answer's. No retry, order, size limit, result
 * per message, time limit or strictness about HTTP.
 */
const schema = z.object({ index: z.int(), note: z.string(), items: z.array(z.string()) });
const message = { index: 1, note: 'an order of ordinary size', items: ['a', 'b'] };
const url = new URL(process.env.AWS_ENDPOINT_URL ?? '');
const QueueUrl = `${url.origin}/000000000000/bench`;

function request(bodies: string[]): string {
  const Entries = bodies.map((MessageBody, id) => ({
    Id: String(id),
    MessageBody,
    MessageAttributes: { correlationId: { DataType: 'String', StringValue: randomUUID() } },
  }));
  return bareRequest(url.host, 'SendMessageBatch', { QueueUrl, Entries });
}

const sockets = Array.from({ length: 8 }, () =>
  connect({ port: Number(url.port), host: url.hostname, noDelay: true }).setEncoding('latin1'),
);

const isWhole = (answer: string) => {
  const start = answer.indexOf('\r\n\r\n') + 4;
  return start >= 4 && answer.length >= start + Number(/content-length: (\d+)/.exec(answer)?.[1]);
};

await contest(300_000, async (messages) => {
  let left = messages / 10;
  const drive = (socket: (typeof sockets)[number]) =>
    new Promise<void>((resolve) => {
      let answer = '';
      let bodies: string[] = [];
      const next = () => {
        if (left <= 0) {
          socket.removeAllListeners('data');
          return resolve();
        }
        left -= 1;
        bodies = Array.from({ length: 10 }, () => JSON.stringify(schema.parse(message)));
        socket.write(request(bodies), 'latin1');
      };
      socket.on('data', (chunk: string) => {
        answer += chunk;
        if (!isWhole(answer)) return;
        const { Successful } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as {
          Successful: Array<{ Id: string; MD5OfMessageBody: string }>; // the canned server's
        };
        for (const { Id, MD5OfMessageBody } of Successful) {
          if (hash('md5', bodies[Number(Id)] ?? '') !== MD5OfMessageBody) throw new Error('Cannot measure: damage');
        }
        answer = '';
        next();
      });
      next();
    });
  await Promise.all(sockets.map(drive));
});
