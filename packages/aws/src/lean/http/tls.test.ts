import type { Server } from 'node:https';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ssm } from '../../services/ssm.ts';
import { createLeanTransport } from '../lean-transport.ts';
import { TEST_CERTIFICATE } from './test-certificate.fixture.ts';

const ROOTS = getCACertificates('default');
const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
let server: Server;
let requests = 0;
const resumed: boolean[] = [];
beforeAll(async () => {
  server = createServer(TEST_CERTIFICATE, (request, response) => {
    requests += 1;
    request.resume().on('end', () => response.end('{}'));
  });
  server.on('secureConnection', (socket: TLSSocket) => resumed.push(socket.isSessionReused()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  setDefaultCACertificates(ROOTS);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const open = (host: string) => {
  const { port } = server.address() as AddressInfo;
  return createLeanTransport({ region: 'eu-west-1', endpoint: `https://${host}:${port}`, credentials }, {});
};
const call = (transport: ReturnType<typeof open>) =>
  transport.send({
    service: ssm,
    operation: 'GetParameters',
    input: { Names: ['a'] },
    access: 'read',
    component: undefined,
  });

it('sends nothing to a server whose certificate has no trusted issuer', async () => {
  const transport = open('127.0.0.1');
  await expect(call(transport)).rejects.toMatchObject({ awsCode: 'TlsError', retryable: false });
  expect(requests).toBe(0);
  transport.close();
});

it('sends to a server that is who it should be, and resumes the session on its next connection', async () => {
  setDefaultCACertificates([...ROOTS, TEST_CERTIFICATE.cert]);
  const transport = open('localhost');
  resumed.length = 0;
  expect(await call(transport)).toEqual({});
  expect(await call(transport)).toEqual({});
  expect(resumed).toEqual([false]);
  transport.resume();
  await call(transport);
  expect(resumed).toEqual([false, true]);
  transport.close();
});

it('sends nothing to a server whose certificate is for another name', async () => {
  setDefaultCACertificates([...ROOTS, TEST_CERTIFICATE.cert]);
  const before = requests;
  const transport = open('127.0.0.2');
  const { port } = server.address() as AddressInfo;
  const other = createServer(TEST_CERTIFICATE).listen(port, '127.0.0.2');
  await new Promise((resolve) => other.once('listening', resolve));
  await expect(call(transport)).rejects.toMatchObject({ awsCode: 'TlsError' });
  expect(requests).toBe(before);
  transport.close();
  await new Promise((resolve) => other.close(resolve));
});
