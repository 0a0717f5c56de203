/** One element of DER: a tag, a length and content. */
function element(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const size = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) size.unshift(rest % 256);
  const length = body.length < 128 ? [body.length] : [0x80 | size.length, ...size];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = rest.flatMap((arc) => {
    const digits = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128));
    return digits;
  });
  return element(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

/** The few parts of DER (X.690) that a certificate is written in. */
export const der = {
  sequence: (...parts: Buffer[]) => element(0x30, ...parts),
  set: (...parts: Buffer[]) => element(0x31, ...parts),
  /** A number of bytes, highest first; the first bit must be 0, or it would be negative. */
  integer: (bytes: Buffer) => element(0x02, bytes),
  boolean: (value: boolean) => element(0x01, Buffer.from([value ? 0xff : 0])),
  null: () => element(0x05),
  objectIdentifier,
  utf8: (text: string) => element(0x0c, Buffer.from(text)),
  utcTime: (text: string) => element(0x17, Buffer.from(text)),
  bitString: (bytes: Buffer) => element(0x03, Buffer.from([0]), bytes),
  octetString: (bytes: Buffer) => element(0x04, bytes),
  /** A context-specific element, holding others or (primitive) bytes. */
  context: (number: number, ...parts: Buffer[]) => element(0xa0 | number, ...parts),
  primitive: (number: number, bytes: Buffer) => element(0x80 | number, bytes),
};
