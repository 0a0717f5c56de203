import { randomBytes } from 'node:crypto';
import { parseXml, xmlAt } from '../../client/xml.ts';
import type { CallContext } from '../../core/service.ts';
import { s3Error } from './errors.ts';
import { groupByPrefix, inKeyOrder, readMaxKeys, written } from './listing.ts';
import type { Bucket, S3Answer, S3Request, StoredObject, StoredVersion } from './object-store.ts';
import { bucketOf, document, element, isoTime, xmlAnswer } from './object-store.ts';

// Sources: user guide, "How S3 Versioning works", and the API reference of the operations.

/** The id of an object that was written while versioning was off or suspended. */
const NULL_VERSION = 'null';

const newVersionId = () => randomBytes(24).toString('base64url');

const versionsOf = ({ versions, objects }: Bucket, key: string): readonly StoredVersion[] => {
  const stored = versions.get(key);
  const current = objects.get(key);
  if (stored !== undefined) return stored;
  return current === undefined ? [] : [{ id: NULL_VERSION, modifiedMs: current.modifiedMs, object: current }];
};

/** Adds the newest version. Outside of versioning it replaces the version `null`. */
function addVersion(bucket: Bucket, key: string, version: Omit<StoredVersion, 'id'>): string {
  const id = bucket.versioning === 'Enabled' ? newVersionId() : NULL_VERSION;
  const others = versionsOf(bucket, key).filter((other) => other.id !== id);
  bucket.versions.set(key, [{ id, ...version }, ...others]);
  return id;
}

/**
 * Makes an object the current one of its key.
 *
 * @returns its version, undefined in a bucket that never had versioning
 */
export function storeObject(bucket: Bucket, object: StoredObject): string | undefined {
  const { key, modifiedMs } = object;
  const id = bucket.versioning === undefined ? undefined : addVersion(bucket, key, { modifiedMs, object });
  bucket.objects.set(key, object);
  return id;
}

/** The answer to a deletion, and the event that it is. */
export interface Deletion {
  readonly versionId: string | undefined;
  readonly deleteMarker: boolean;
  readonly event: 'ObjectRemoved:Delete' | 'ObjectRemoved:DeleteMarkerCreated' | undefined;
}

/** Deletes one version for good. The next one becomes the current one. */
function deleteVersion(bucket: Bucket, key: string, id: string): Deletion {
  const all = versionsOf(bucket, key);
  const gone = all.find((version) => version.id === id);
  const left = all.filter((version) => version !== gone);
  if (left.length === 0) bucket.versions.delete(key);
  else if (bucket.versioning !== undefined) bucket.versions.set(key, left);
  const current = left[0]?.object;
  if (current === undefined) bucket.objects.delete(key);
  else bucket.objects.set(key, current);
  return {
    versionId: id,
    deleteMarker: gone !== undefined && gone.object === undefined,
    event: gone === undefined ? undefined : 'ObjectRemoved:Delete',
  };
}

/**
 * Deletes a key: for good without versioning, else by a delete marker on top. A missing key counts
 * as deleted.
 */
export function removeObject(bucket: Bucket, key: string, versionId: string | undefined, nowMs: number): Deletion {
  if (versionId !== undefined) return deleteVersion(bucket, key, versionId);
  const existed = bucket.objects.delete(key);
  if (bucket.versioning === undefined) {
    return { versionId: undefined, deleteMarker: false, event: existed ? 'ObjectRemoved:Delete' : undefined };
  }
  const id = addVersion(bucket, key, { modifiedMs: nowMs, object: undefined });
  return { versionId: id, deleteMarker: true, event: 'ObjectRemoved:DeleteMarkerCreated' };
}

interface Found {
  readonly object: StoredObject;
  readonly versionId: string | undefined;
}

/** @throws ServiceError `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed` for a delete marker */
export function findObject(bucket: Bucket, key: string, versionId: string | undefined): Found {
  const all = versionsOf(bucket, key);
  if (versionId === undefined) {
    const object = bucket.objects.get(key);
    const marker = all[0]?.object === undefined ? all[0] : undefined;
    const headers = marker && { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.id };
    if (object === undefined) throw s3Error('NoSuchKey', { Key: key }, undefined, headers);
    return { object, versionId: bucket.versioning === undefined ? undefined : all[0]?.id };
  }
  const version = all.find(({ id }) => id === versionId);
  if (version === undefined) throw s3Error('NoSuchVersion', { Key: key, VersionId: versionId });
  if (version.object === undefined) {
    const headers = { 'x-amz-delete-marker': 'true', allow: 'DELETE', 'x-amz-version-id': versionId };
    throw s3Error('MethodNotAllowed', { Method: 'GET', ResourceType: 'DeleteMarker' }, undefined, headers);
  }
  return { object: version.object, versionId };
}

const arnOf = ({ bucket }: S3Request) => `arn:aws:s3:::${bucket}`;

export function putBucketVersioning(request: S3Request, context: CallContext): S3Answer {
  context.touches(arnOf(request));
  const bucket = bucketOf(request, context);
  const status = readStatus(request.http.body);
  // What was written before keeps the version `null`.
  if (bucket.versioning === undefined) {
    for (const object of bucket.objects.values()) {
      bucket.versions.set(object.key, [{ id: NULL_VERSION, modifiedMs: object.modifiedMs, object }]);
    }
  }
  bucket.versioning = status;
  return {};
}

function readStatus(body: Buffer): 'Enabled' | 'Suspended' {
  let root: ReturnType<typeof parseXml>;
  try {
    root = parseXml(body.toString());
  } catch {
    throw s3Error('MalformedXML');
  }
  const status = xmlAt(root, 'Status')?.text;
  if (xmlAt(root, 'MfaDelete')?.text === 'Enabled') {
    throw s3Error('NotImplemented', {}, 'Cannot answer s3 PutBucketVersioning: the local endpoint has no MFA delete');
  }
  if (status !== 'Enabled' && status !== 'Suspended') throw s3Error('MalformedXML');
  return status;
}

export function getBucketVersioning(request: S3Request, context: CallContext): S3Answer {
  context.touches(arnOf(request));
  const { versioning } = bucketOf(request, context);
  return xmlAnswer(
    document('VersioningConfiguration', versioning === undefined ? [] : [element('Status', versioning)]),
  );
}

/** Versions and delete markers of every key, the newest of a key first. */
export function listObjectVersions(request: S3Request, context: CallContext): S3Answer {
  context.touches(arnOf(request), 's3:ListBucketVersions');
  const bucket = bucketOf(request, context);
  const { search } = request.http;
  const prefix = search.get('prefix') ?? '';
  const delimiter = search.get('delimiter') ?? '';
  const keyMarker = search.get('key-marker') ?? '';
  const idMarker = search.get('version-id-marker') ?? '';
  const maxKeys = readMaxKeys(search.get('max-keys'));
  const { url, write } = written(search);
  const keys = [...new Set([...bucket.versions.keys(), ...bucket.objects.keys()])];
  const matching = keys.filter((key) => key.startsWith(prefix)).map((key) => ({ key }));
  const entries = groupByPrefix(matching.sort(inKeyOrder), prefix, delimiter).flatMap((entry) => {
    if ('prefix' in entry)
      return [
        { name: entry.prefix, id: '', text: element('CommonPrefixes', [element('Prefix', write(entry.prefix))]) },
      ];
    const { key } = entry.object;
    return versionsOf(bucket, key).map(({ id, modifiedMs, object }, index) => ({
      name: key,
      id,
      text: element(object === undefined ? 'DeleteMarker' : 'Version', [
        element('Key', write(key)),
        element('VersionId', id),
        element('IsLatest', index === 0),
        element('LastModified', isoTime(modifiedMs)),
        ...(object === undefined
          ? []
          : [element('ETag', object.etag), element('Size', object.body.length), element('StorageClass', 'STANDARD')]),
        element('Owner', [element('ID', context.account)]),
      ]),
    }));
  });
  const at = entries.findIndex(({ name, id }) => name === keyMarker && (idMarker === '' || id === idMarker));
  const after = keyMarker === '' ? 0 : at < 0 ? entries.findIndex(({ name }) => name > keyMarker) : at + 1;
  // Without a version marker the whole key was given out.
  const rest = entries
    .slice(after < 0 ? entries.length : after)
    .filter(({ name }) => idMarker !== '' || name !== keyMarker);
  const page = rest.slice(0, maxKeys);
  const last = page.at(-1);
  const truncated = rest.length > page.length && last !== undefined;
  return xmlAnswer(
    document('ListVersionsResult', [
      element('Name', bucket.name),
      element('Prefix', write(prefix)),
      element('KeyMarker', write(keyMarker)),
      element('VersionIdMarker', idMarker),
      ...(delimiter === '' ? [] : [element('Delimiter', write(delimiter))]),
      element('MaxKeys', maxKeys),
      element('IsTruncated', truncated),
      ...(url ? [element('EncodingType', 'url')] : []),
      ...(truncated ? [element('NextKeyMarker', write(last.name)), element('NextVersionIdMarker', last.id)] : []),
      ...page.map(({ text }) => text),
    ]),
  );
}
