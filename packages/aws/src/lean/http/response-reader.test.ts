import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpResponse } from './response-reader.ts';
import { createResponseReader, readWhole } from './response-reader.ts';
import type { TransportFault } from './transport-fault.ts';

const MAX = 1024;

/** Feeds `text` in pieces that end at `cuts`. */
function read(text: string, cuts: number[] = []): HttpResponse | undefined {
  const reader = createResponseReader(MAX);
  const bytes = Buffer.from(text, 'latin1');
  const edges = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...edges.filter((edge) => edge > 0), bytes.length]) {
    const response = reader.push(bytes.subarray(from, to));
    if (response) return response;
    from = to;
  }
  return undefined;
}

const kindOf = (text: string): string => {
  try {
    read(text);
    return 'none';
  } catch (fault) {
    return (fault as TransportFault).kind;
  }
};

describe('createResponseReader', () => {
  const whole: Array<[string, string, Partial<HttpResponse> & { text: string }]> = [
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}', { status: 200, reusable: true, text: '{}' }],
    ['no reason', 'HTTP/1.1 200\r\ncontent-length: 2\r\n\r\n{}', { status: 200, reusable: true, text: '{}' }],
    ['no body at 204', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, reusable: true, text: '' }],
    [
      'chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n',
      { text: 'abc', reusable: true },
    ],
    ['a trailer', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx-a: b\r\n\r\n', { text: 'a' }],
    [
      '1xx before it',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na',
      { text: 'a', reusable: true },
    ],
    [
      'connection: close',
      'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\na',
      { text: 'a', reusable: false },
    ],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\na', { text: 'a', reusable: false }],
    ['a tab around a value', 'HTTP/1.1 200 OK\r\ncontent-length:\t1 \r\n\r\na', { text: 'a' }],
    [
      'a quoted chunk extension',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;a="b;c";d\r\na\r\n0\r\n\r\n',
      { text: 'a' },
    ],
    ['bytes after it', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nabc', { text: 'a', reusable: false }],
  ];

  it.each(whole)('reads a response with %s', (_name, text, { text: body, ...expected }) => {
    const response = read(text);
    expect(response).toMatchObject(expected);
    expect(response?.text).toBe(body);
    // What came in one piece is read the same, or left to the reader.
    expect([response, undefined]).toContainEqual(readWhole(Buffer.from(text, 'latin1'), MAX));
  });

  it('reads the same however the bytes were cut', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom(...whole.filter(([name]) => name !== 'bytes after it')), cuts, ([, text], at) => {
        expect(read(text, at)).toEqual(read(text));
      }),
    );
  });

  it('reads until the end of the connection when nothing tells the length', () => {
    const reader = createResponseReader(MAX);
    expect(reader.push(Buffer.from('HTTP/1.1 200 OK\r\n\r\nab'))).toBeUndefined();
    expect(reader.push(Buffer.from('c'))).toBeUndefined();
    const response = reader.end();
    expect([response.text, response.reusable]).toEqual(['abc', false]);
  });

  it.each([
    ['before the head', ''],
    ['in the head', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['in the body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'],
    ['in a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab'],
  ])('calls a response broken that ends %s', (_name, text) => {
    const reader = createResponseReader(MAX);
    if (text) reader.push(Buffer.from(text));
    expect(() => reader.end()).toThrow(expect.objectContaining({ kind: 'broken' }));
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['TLS bytes', '\x15\x03\x01\x00\x02'],
    ['a status that is none', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['HTTP/2', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['a folded header', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n'],
    ['a header without a name', 'HTTP/1.1 200 OK\r\n: b\r\n\r\n'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 1\r\n\r\na'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['the same length twice', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\na'],
    ['a vertical tab before a length', 'HTTP/1.1 200 OK\r\nContent-Length:\x0b 2\r\n\r\nab'],
    ['a no-break space behind a length', 'HTTP/1.1 200 OK\r\ncontent-length: 2\xa0\r\n\r\nab'],
    ['a length that is none at 204', 'HTTP/1.1 204 No Content\r\ncontent-length: x\r\n\r\n'],
    ['a length that is none at 100', 'HTTP/1.1 100 Continue\r\ncontent-length: x\r\n\r\n'],
    ['a bare line feed in a value', 'HTTP/1.1 200 OK\r\na: b\nc: d\r\ncontent-length: 1\r\n\r\na'],
    ['a bare carriage return in a value', 'HTTP/1.1 200 OK\r\na: b\rc: d\r\ncontent-length: 1\r\n\r\na'],
    ['a NUL in a value', 'HTTP/1.1 200 OK\r\na: \0\r\ncontent-length: 1\r\n\r\na'],
    ['a control character in the reason', 'HTTP/1.1 200 O\x01K\r\ncontent-length: 1\r\n\r\na'],
    ['a bare line feed in the reason', 'HTTP/1.1 200 OK\na: b\r\ncontent-length: 1\r\n\r\na'],
    ['a length behind the body', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\ncontent-length: 1\r\n\r\n'],
    ['an endless trailer', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(6_000)}`],
    ['a malformed chunk extension', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;\x01\r\na\r\n0\r\n\r\n'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['an unknown encoding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
    ['a chunk longer than its size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['an endless head', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(6_000)}`],
    ['an endless chunk line', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${'x'.repeat(2_000)}`],
  ])('refuses %s', (_name, text) => {
    expect(kindOf(text)).toBe('malformed');
  });

  it.each([
    ['says', `HTTP/1.1 200 OK\r\ncontent-length: ${MAX + 1}\r\n\r\n`],
    ['announces in a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\n'],
    ['sends', `HTTP/1.1 200 OK\r\n\r\n${'a'.repeat(MAX + 1)}`],
  ])('refuses a body over the bound that the server %s', (_name, text) => {
    expect(kindOf(text)).toBe('oversize');
  });

  it('holds a body of one-byte chunks in twice its size', () => {
    const size = 200_000;
    const reader = createResponseReader(size);
    reader.push(Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'));
    const piece = Buffer.from('1\r\na\r\n'.repeat(1_000));
    const before = process.memoryUsage();
    for (let sent = 0; sent < size; sent += 1_000) expect(reader.push(piece)).toBeUndefined();
    const after = process.memoryUsage();
    // As a list of buffers it took 8 MB here, 2.7 GB at the bound of 64 MiB.
    expect(after.arrayBuffers - before.arrayBuffers + after.external - before.external).toBeLessThan(4_000_000);
    expect(reader.push(Buffer.from('0\r\n\r\n'))?.text).toBe('a'.repeat(size));
  });

  it('never hangs, loops or throws anything but a fault on any bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.boolean(), (noise, headed) => {
        const text = headed ? `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${noise}` : noise;
        expect(['none', 'malformed', 'oversize']).toContain(text === '' ? 'none' : kindOf(text));
      }),
      { numRuns: 200 },
    );
  });
});
