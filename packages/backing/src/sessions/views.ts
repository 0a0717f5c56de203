import { TwelvefoldError } from '@twelvefold/core';
import { issueList } from '../dynamodb/validation.ts';
import type { StoreContext } from './context.ts';
import { sessionEnd } from './context.ts';
import type { Live } from './find.ts';
import type { Session, SessionResult, SessionSummary } from './port.ts';
import type { SessionRecord } from './records.ts';
import type { SessionData } from './session-data.ts';

/** Data in both forms: as JSON and as the schema returns it. */
interface Encoded<T> {
  readonly json: string;
  readonly data: T;
}

/** Sessions as callers see them. */
export interface Views<T> {
  /** A session that was read, or `unreadable`. */
  ofLive(id: string, live: Pick<Live, 'record' | 'stored' | 'isReadOnly'>): SessionResult<T>;
  /** A session that was just written. */
  ofWritten(id: string, record: SessionRecord, encoded: Encoded<T>): Session<T>;
  /** The entry of a list. `undefined` if its data is unreadable. */
  summary(key: string, record: SessionRecord): SessionSummary<T> | undefined;
  /**
   * The data that a session had when this client returned it, whatever its owner did to it since.
   *
   * @throws TypeError for a session of another client, and for a copy.
   */
  baseOf(session: Session<T>): T;
}

export function createViews<T>({ limits, subject, onEvent }: StoreContext, content: SessionData<T>): Views<T> {
  const bases = new WeakMap<Session<T>, () => unknown>();

  const view = (id: string, record: SessionRecord, data: T, isReadOnly: boolean, base: () => unknown): Session<T> => {
    const { userId, createdAtMs, movedAtMs } = record;
    const session = {
      id,
      data,
      userId,
      createdAtMs,
      movedAtMs,
      expiresAtMs: sessionEnd(record, limits),
      isReadOnly,
    };
    bases.set(session, base);
    return session;
  };
  const decode = (record: SessionRecord) => {
    const decoded = content.decode(record.data);
    if (decoded.valid) return decoded;
    const reason = `${issueList(decoded.issues)} does not fit the schema; it counts as ended`;
    onEvent({ type: 'unreadable', message: `Cannot read ${subject}: ${reason}` });
    return undefined;
  };
  const decodeAgain = (data: unknown): T => {
    const decoded = content.decode(data);
    if (decoded.valid) return decoded.value;
    throw new TwelvefoldError('SESSION_INVALID', `Cannot read ${subject}: ${issueList(decoded.issues)} does not fit`);
  };

  return {
    ofLive(id, { record, stored, isReadOnly }) {
      const decoded = decode(record);
      if (decoded === undefined) return { ended: { reason: 'unreadable' } };
      // A schema may return its input, which the caller may change: the text is as it was.
      const base = () => (JSON.parse(stored.text) as SessionRecord).data; // that it is a session was seen
      return { session: view(id, record, decoded.value, isReadOnly, base) };
    },
    ofWritten: (id, record, { json, data }) => view(id, record, data, false, () => JSON.parse(json)),
    summary: (key, record) => {
      const decoded = decode(record);
      if (decoded === undefined) return undefined;
      const { userId, createdAtMs, seenAtMs } = record;
      const expiresAtMs = sessionEnd(record, limits);
      return { handle: key, data: decoded.value, userId, createdAtMs, seenAtMs, expiresAtMs };
    },
    baseOf(session) {
      const base = bases.get(session);
      if (base !== undefined) return decodeAgain(base());
      throw new TypeError(
        `Cannot save ${subject}: pass the session as load, touch or another method of this client returned it, or use update(id, change)`,
      );
    },
  };
}
