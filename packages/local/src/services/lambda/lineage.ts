import { createHash } from 'node:crypto';
import { newTraceId } from '../../launcher/function/function-spec.ts';

/** A trace header that counts one more invocation of a function, and the count. */
export interface Lineage {
  readonly header: string;
  readonly count: number;
}

/**
 * Counts the invocations of a function in one chain, in the trace header as Lambda does:
 * `Root=...;Lineage=a87bd80c:5|68fd508a:1`. A chain begins with a call that has no trace of a
 * function.
 */
export function extendLineage(header: string | undefined, arn: string): Lineage {
  const fields = (header ?? newTraceId()).split(';').map((field) => field.trim());
  const given = fields.find((field) => field.startsWith('Lineage='))?.slice('Lineage='.length) ?? '';
  const counts = new Map(
    given
      .split('|')
      .map((entry) => /^([0-9a-f]{8}):(\d{1,5})$/.exec(entry))
      .flatMap((match) => (match ? [[match[1] ?? '', Number(match[2])] as const] : [])),
  );
  const name = createHash('sha256').update(arn).digest('hex').slice(0, 8);
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  const lineage = [...counts].map(([key, times]) => `${key}:${times}`).join('|');
  return {
    header: [...fields.filter((field) => !field.startsWith('Lineage=')), `Lineage=${lineage}`].join(';'),
    count,
  };
}
