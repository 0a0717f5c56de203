/** Deterministic chance (mulberry32), so that a failing answer can be made again from its seed. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Answers of AWS's services, of proxies in front of them and of old servers, as latin1. */
const ANSWERS: readonly string[] = [
  'HTTP/1.1 200 OK\r\nx-amzn-RequestId: 4b8a\r\nDate: Sun, 29 Nov 2026 10:00:00 GMT\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 13\r\nconnection: keep-alive\r\n\r\n{"Messages":1}'.replace(
    '13',
    '14',
  ),
  'HTTP/1.1 400 Bad Request\r\nx-amzn-query-error: AWS.SimpleQueueService.NonExistentQueue;Sender\r\nContent-Length: 2\r\n\r\n{}',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/xml\r\n\r\n5\r\n<a>b<\r\n3\r\n/a>\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;name="value";b=c\r\na\r\n0\r\nx-amz-checksum: abc=\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc',
  'HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 4\r\n\r\n',
  'HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>ok</html>',
  'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok',
  'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 4\r\n\r\nslow',
  'HTTP/1.1 200\r\nKeep-Alive: timeout=5\r\nContent-Length:0\r\n\r\n',
  'HTTP/1.1 500 \r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nContent-Length: 1\r\n\r\n\xe9',
];

const LINES: readonly string[] = [
  'Content-Length: 1',
  'Content-Length: 1, 1',
  'Content-Length:\x0b 2',
  'Content-Length: +2',
  'Content-Length: 0x2',
  'Content-Length: 2 ',
  'Content-Length : 2',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Content-Length:',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked ',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: \x0bchunked',
  'Transfer-Encoding:',
  'transfer_encoding: chunked',
  'Connection: close',
  'Connection: upgrade',
  'Upgrade: h2c',
  ' folded: line',
  '\tfolded: line',
  ': no name',
  'no colon',
  'a: b\nc: d',
  'a: b\rc: d',
  'a: \0',
  '',
];
const BYTES = '\0\x01\t\n\x0b\f\r\x1b\x7f\x80\xa0\xff :,;="09afFHx-_()<>@/{}';

/** A valid answer, or one with one to four mutations, mostly in its head and its chunk lines. */
export function mutatedAnswer(random: (below: number) => number): string {
  let answer = ANSWERS[random(ANSWERS.length)] ?? '';
  for (let left = random(5); left > 0; left -= 1) answer = mutate(answer, random);
  return answer;
}

function mutate(answer: string, random: (below: number) => number): string {
  const at = random(answer.length + 1);
  const byte = BYTES.charAt(random(BYTES.length));
  const lines = answer.split('\r\n');
  const line = 1 + random(Math.max(1, lines.length - 1));
  const extra = LINES[random(LINES.length)] ?? '';
  switch (random(9)) {
    case 0:
      return answer.slice(0, at) + byte + answer.slice(at + 1);
    case 1:
    case 2:
      return answer.slice(0, at) + byte + answer.slice(at);
    case 3:
      return answer.slice(0, at) + answer.slice(at + 1 + random(3));
    case 4:
      return lines.toSpliced(line, 0, extra).join('\r\n');
    case 5:
      return lines.toSpliced(line, 1).join('\r\n');
    case 6:
      return lines.toSpliced(line, 0, lines[random(lines.length)] ?? '').join('\r\n');
    case 7:
      return answer.replace('\r\n', ['\n', '\r', '\r\r\n', '\n\r\n', '\r\n '][random(5)] ?? '');
    default:
      return answer.slice(0, at);
  }
}

/** The bytes in up to five pieces. */
export function cut(bytes: Buffer, random: (below: number) => number): Buffer[] {
  const edges = Array.from({ length: random(5) }, () => random(bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...edges].map((from, index) => bytes.subarray(from, edges[index] ?? bytes.length));
}
