import { createServer } from 'node:http';
import { reportUsage } from '../support/service-process.ts';

// node:http by itself: no router, no log, no correlation id. GET and POST answer what the app does.
const text = JSON.stringify({ id: 'o-1', tenant: 't-1', page: '2' });
createServer(async (incoming, outgoing) => {
  let body = '';
  if (incoming.method === 'POST') for await (const chunk of incoming) body += chunk;
  const answer = body === '' ? text : JSON.stringify({ ...JSON.parse(body), note: undefined });
  outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
  outgoing.end(answer);
}).listen(Number(process.env.PORT), '127.0.0.1');
reportUsage();
