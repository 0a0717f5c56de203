function head(major: number, value: number): Buffer {
  const type = major << 5;
  if (value < 24) return Buffer.from([type | value]);
  if (value < 0x100) return Buffer.from([type | 24, value]);
  if (value < 0x1_0000) return Buffer.from([type | 25, value >> 8, value & 0xff]);
  if (value < 0x1_0000_0000) {
    const bytes = Buffer.from([type | 26, 0, 0, 0, 0]);
    bytes.writeUInt32BE(value, 1);
    return bytes;
  }
  const bytes = Buffer.alloc(9, type | 27);
  bytes.writeBigUInt64BE(BigInt(value), 1);
  return bytes;
}

function encodeNumber(value: number): Buffer {
  if (Number.isSafeInteger(value)) return value < 0 ? head(1, -1 - value) : head(0, value);
  const bytes = Buffer.alloc(9, 0xfb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([head(3, bytes.length), bytes]);
}

/** `value` in CBOR (RFC 8949). Numbers in members that `times` names, alone or in lists, are times: seconds under tag 1. */
export function encodeCbor(value: unknown, times: readonly string[], isTime = false): Buffer {
  if (value === null || value === undefined) return Buffer.from([0xf6]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xf5 : 0xf4]);
  if (typeof value === 'number') return isTime ? Buffer.concat([head(6, 1), encodeNumber(value)]) : encodeNumber(value);
  if (typeof value !== 'object') return encodeText(String(value));
  if (Array.isArray(value)) {
    return Buffer.concat([head(4, value.length), ...value.map((item) => encodeCbor(item, times, isTime))]);
  }
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const members = entries.flatMap(([name, member]) => [
    encodeText(name),
    encodeCbor(member, times, times.includes(name)),
  ]);
  return Buffer.concat([head(5, entries.length), ...members]);
}
