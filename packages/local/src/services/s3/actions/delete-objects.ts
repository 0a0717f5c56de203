import { parseXml, xmlAt } from '../../../client/xml.ts';
import type { CallContext } from '../../../core/service.ts';
import { s3Error } from '../errors.ts';
import type { S3Answer, S3Request } from '../request.ts';
import { bucketOf, objectArn } from '../request.ts';
import { document, element } from '../xml.ts';

const MAX_KEYS = 1000;

/** What is not there counts as deleted. */
export function deleteObject(request: S3Request, context: CallContext): S3Answer {
  context.touches(objectArn(request.bucket, request.key));
  bucketOf(request, context).objects.delete(request.key);
  return { status: 204 };
}

function readDelete(body: Buffer): { keys: string[]; quiet: boolean } {
  try {
    const root = parseXml(body.toString());
    const objects = root.name === 'Delete' ? root.children.filter(({ name }) => name === 'Object') : [];
    const keys = objects.map((object) => xmlAt(object, 'Key')?.text ?? '');
    if (keys.length === 0 || keys.length > MAX_KEYS || keys.includes('')) throw s3Error('MalformedXML');
    return { keys, quiet: xmlAt(root, 'Quiet')?.text === 'true' };
  } catch {
    throw s3Error('MalformedXML');
  }
}

export function deleteObjects(request: S3Request, context: CallContext): S3Answer {
  const { objects } = bucketOf(request, context);
  const { keys, quiet } = readDelete(request.http.body);
  for (const key of keys) {
    context.touches(objectArn(request.bucket, key), 's3:DeleteObject');
    objects.delete(key);
  }
  const deleted = quiet ? [] : keys.map((key) => element('Deleted', [element('Key', key)]));
  return { headers: { 'content-type': 'application/xml' }, body: document('DeleteResult', deleted) };
}
