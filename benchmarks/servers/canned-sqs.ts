import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/*
 * An SQS whose queue never ends: each receive brings as many messages as it asks for, each batch
 * succeeds, after as many milliseconds as the first argument says. With bare sockets and canned
 * answers it is several times as fast as any client, so the client is the bottleneck. Talks to
 * support/endpoint.ts.
 */
const delayMs = Number(process.argv[2] ?? 0);
const groups = Number(process.argv[3] ?? 0);
const BODY = JSON.stringify({ index: 1, note: 'an order of ordinary size', items: ['a', 'b'] });
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const MD5 = md5(BODY);
const ATTRIBUTES = '"ApproximateReceiveCount":"1","SentTimestamp":"1763806272345"';
const digests = new Map<string, string>();
let operations: string[] = [];
let messages = 0;

function receive(request: string): string {
  const count = Number(/"MaxNumberOfMessages":(\d+)/.exec(request)?.[1] ?? 1);
  const list = Array.from({ length: count }, () => {
    messages += 1;
    const id = `00000000-0000-4000-8000-${String(messages).padStart(12, '0')}`;
    const handle = `handle-${messages}`;
    const group = groups === 0 ? '' : `,"MessageGroupId":"group-${messages % groups}"`;
    return `{"MessageId":"${id}","ReceiptHandle":"${handle}","MD5OfBody":"${MD5}","Body":${JSON.stringify(BODY)},"Attributes":{${ATTRIBUTES}${group}}}`;
  });
  return `{"Messages":[${list.join(',')}]}`;
}

function send(request: string): string {
  const { Entries } = JSON.parse(request) as { Entries: Array<{ Id: string; MessageBody: string }> }; // from a client under test
  const done = Entries.map(({ Id, MessageBody }) => {
    const digest = digests.get(MessageBody) ?? md5(MessageBody);
    digests.set(MessageBody, digest);
    return `{"Id":"${Id}","MessageId":"m-${Id}","MD5OfMessageBody":"${digest}"}`;
  });
  return `{"Successful":[${done.join(',')}],"Failed":[]}`;
}

function acknowledge(request: string): string {
  const ids = [...request.matchAll(/"Id":"([^"]+)"/g)].map(([, id]) => `{"Id":"${id}"}`);
  return `{"Successful":[${ids.join(',')}],"Failed":[]}`;
}

function answer(operation: string, body: string): string {
  operations.push(operation);
  if (operation === 'ReceiveMessage') return receive(body);
  if (operation === 'SendMessageBatch') return send(body);
  if (operation === 'DeleteMessage') return '{}';
  return acknowledge(body);
}

const server = createServer({ noDelay: true }, (socket) => {
  let input = '';
  socket.on('error', () => {}); // clients end as they like
  socket.setEncoding('latin1').on('data', async (chunk: string) => {
    input += chunk;
    for (;;) {
      const end = input.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = input.slice(0, end);
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (input.length < end + 4 + length) return;
      const body = input.slice(end + 4, end + 4 + length);
      input = input.slice(end + 4 + length);
      const reply = answer(/\r\nx-amz-target: *AmazonSQS\.(\w+)/i.exec(head)?.[1] ?? '', body);
      if (delayMs > 0) await sleep(delayMs);
      const headers = `content-type: application/x-amz-json-1.0\r\nx-amzn-requestid: r\r\ncontent-length: ${reply.length}`;
      socket.write(`HTTP/1.1 200 OK\r\n${headers}\r\n\r\n${reply}`);
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number }; // a TCP server's address is never a string
  process.send?.({ url: `http://127.0.0.1:${port}` });
});
process.on('message', () => {
  process.send?.({ operations });
  operations = [];
});
process.on('disconnect', () => process.exit(0));
