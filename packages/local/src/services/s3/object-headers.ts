import type { HttpRequest } from '../../core/http-request.ts';
import { s3Error } from './errors.ts';
import { header } from './request.ts';

const KEPT = ['cache-control', 'content-disposition', 'content-language', 'expires', 'x-amz-storage-class'];

/** "User-defined metadata is limited to 2 KB": names without their prefix, and values. */
const MAX_METADATA_BYTES = 2048;

/** What an object keeps of the headers that it came with. @throws ServiceError `MetadataTooLarge` */
export function readObjectHeaders(http: HttpRequest): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': header(http, 'content-type') ?? 'binary/octet-stream' };
  for (const name of KEPT) {
    const value = header(http, name);
    if (value !== undefined && value !== 'STANDARD') kept[name] = value;
  }
  const encoding = header(http, 'content-encoding')
    ?.split(/\s*,\s*/)
    .filter((item) => item !== 'aws-chunked' && item !== '')
    .join(',');
  if (encoding) kept['content-encoding'] = encoding;
  let size = 0;
  for (const [name, value] of Object.entries(http.headers)) {
    if (!name.startsWith('x-amz-meta-') || value === undefined) continue;
    const text = value.toString();
    size += Buffer.byteLength(name) - 'x-amz-meta-'.length + Buffer.byteLength(text);
    kept[name] = text;
  }
  if (size > MAX_METADATA_BYTES) throw s3Error('MetadataTooLarge');
  return kept;
}
