import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

/** The earliest moment that a zip can hold, 1980-01-01: the same content gives the same bytes. */
const DATE = (1 << 5) | 1;
/** Deflate needs version 2.0 of the format. */
const VERSION = 20;
/** File names are UTF-8 (general purpose bit 11). */
const UTF8 = 0x0800;
const DEFLATED = 8;
/** A regular file that everyone may read: Lambda runs the code as another user. */
const MODE = (0o100644 << 16) >>> 0;
/** Made on Unix, so that the mode counts. */
const UNIX = 3 << 8;

/**
 * The files of a folder, without its folders, as a zip (PKWARE's APPNOTE 6.3.10, sections 4.3 and
 * 4.4). The same files give the same bytes, on every machine.
 */
export async function zipFolder(folder: string): Promise<Buffer> {
  const names = (await readdir(folder)).sort();
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const name of names) {
    const content = await readFile(join(folder, name));
    const packed = deflateRawSync(content, { level: 9 });
    const encoded = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(VERSION, 0);
    common.writeUInt16LE(UTF8, 2);
    common.writeUInt16LE(DEFLATED, 4);
    common.writeUInt16LE(0, 6);
    common.writeUInt16LE(DATE, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(encoded.length, 22);
    const central = Buffer.alloc(14);
    central.writeUInt32LE(MODE, 6);
    central.writeUInt32LE(offset, 10);
    const file = Buffer.concat([Buffer.from('PK\x03\x04'), common, encoded, packed]);
    directory.push(Buffer.from('PK\x01\x02'), le16(UNIX | VERSION), common, central, encoded);
    files.push(file);
    offset += file.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(names.length, 4);
  end.writeUInt16LE(names.length, 6);
  end.writeUInt32LE(index.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, index, Buffer.from('PK\x05\x06'), end]);
}

function le16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
