import { hash } from 'node:crypto';
import { connect } from 'node:net';
import * as z from 'zod/mini';
import { bareRequest } from '../support/bare-request.ts';
import { countMessages } from '../support/count-messages.ts';

/*
 * The least that consumes: eight bare sockets that take turns at receiving ten messages and
 * deleting them, signed; bodies checked by MD5, parsed and validated; a promise per message for the
 * handler. No scope, lease, retry, time limit or strictness about HTTP.
 */
const [messages = '20000'] = process.argv.slice(2);
const count = countMessages(Number(messages), Number(messages) / 4);
const schema = z.object({ index: z.int(), note: z.string(), items: z.array(z.string()) });
const url = new URL(process.env.AWS_ENDPOINT_URL ?? '');
const QueueUrl = `${url.origin}/000000000000/bench`;

interface Message {
  Body: string;
  MD5OfBody: string;
  ReceiptHandle: string;
}

const receive = () => {
  const MessageSystemAttributeNames = ['ApproximateReceiveCount', 'SentTimestamp', 'AWSTraceHeader', 'MessageGroupId'];
  const input = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20, VisibilityTimeout: 30 };
  return bareRequest(url.host, 'ReceiveMessage', {
    ...input,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames,
  });
};

async function handle({ Body, MD5OfBody }: Message): Promise<void> {
  if (hash('md5', Body) !== MD5OfBody) throw new Error('Cannot measure: a body is damaged');
  schema.parse(JSON.parse(Body));
}

for (let poller = 0; poller < 8; poller += 1) {
  const socket = connect({ port: Number(url.port), host: url.hostname, noDelay: true });
  let answer = '';
  let receiving = true;
  socket.setEncoding('latin1').on('data', async (chunk: string) => {
    answer += chunk;
    const start = answer.indexOf('\r\n\r\n') + 4;
    const length = Number(/content-length: (\d+)/.exec(answer)?.[1]);
    if (start < 4 || answer.length < start + length) return;
    const output = JSON.parse(answer.slice(start)) as { Messages: Message[] }; // the canned server's
    answer = '';
    if (!receiving) {
      receiving = true;
      socket.write(receive(), 'latin1');
      return;
    }
    receiving = false;
    await Promise.all(output.Messages.map(handle));
    count(output.Messages.length);
    const Entries = output.Messages.map(({ ReceiptHandle }, id) => ({ ReceiptHandle, Id: String(id) }));
    socket.write(bareRequest(url.host, 'DeleteMessageBatch', { QueueUrl, Entries }), 'latin1');
  });
  socket.write(receive(), 'latin1');
}
