import type { ConfigLeaf } from '../schema/leaf.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { parameterName, secretId } from '../schema/names.ts';
import type { ConfigSource } from '../sources/source.ts';
import type { FileContent } from './read-file-source.ts';

/** What a place is called in a fault. */
export const sourceLabel = {
  env: (leaf: ConfigLeaf) => `environment ${leaf.env}`,
  memory: () => 'memory',
  store: (leaf: ConfigLeaf, target: ConfigTarget) =>
    leaf.secret
      ? `Secrets Manager ${secretId(leaf.path, target)}`
      : `Parameter Store ${parameterName(leaf.path, target)}`,
  file: (path: string) => `file ${path}`,
};

/** Every place that a leaf is looked for in, the winning one first. */
export function placesOf(
  leaf: ConfigLeaf,
  sources: readonly ConfigSource[],
  files: readonly FileContent[],
  target: ConfigTarget,
): string[] {
  const has = (kind: ConfigSource['kind']) => sources.some((source) => source.kind === kind);
  return [
    ...(has('env') ? [sourceLabel.env(leaf)] : []),
    ...(has('memory') ? [sourceLabel.memory()] : []),
    ...(has(leaf.secret ? 'secretsManager' : 'parameterStore') ? [sourceLabel.store(leaf, target)] : []),
    ...files.map((file) => sourceLabel.file(file.path)),
  ];
}
