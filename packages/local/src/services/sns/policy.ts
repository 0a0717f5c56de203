import type { Topic } from './topic.ts';
import { defaultPolicy } from './topic-attributes.ts';

/** A statement of a topic's policy, as far as permissions are concerned. */
export type Statement = Readonly<Record<string, unknown>>;

/** The statements of a topic's policy and what stands beside them. */
export function readPolicy(topic: Topic): { statements: Statement[]; rest: Record<string, unknown> } {
  const { Statement: given, ...rest } = JSON.parse(topic.attributes.get('Policy') ?? defaultPolicy(topic));
  const isStatement = (one: unknown): one is Statement => typeof one === 'object' && one !== null;
  return { statements: [given ?? []].flat().filter(isStatement), rest };
}

/** Puts other statements in. */
export function writePolicy(topic: Topic, statements: readonly Statement[], rest: Record<string, unknown>): void {
  topic.attributes.set('Policy', JSON.stringify({ ...rest, Statement: statements }));
}
