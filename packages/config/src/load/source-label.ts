import type { ConfigLeaf } from '../schema/leaf.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { atTarget } from '../schema/names.ts';
import type { ConfigSource } from '../sources/source.ts';
import type { FileContent } from './read-file-source.ts';

/** What a place is called in a fault. */
export const sourceLabel = {
  env: (leaf: ConfigLeaf) => `environment ${leaf.env}`,
  memory: () => 'memory',
  store: ({ place }: ConfigLeaf, target: ConfigTarget) => {
    if (place.in === 'parameterStore') return `Parameter Store ${atTarget(place.name, target)}${place.selector}`;
    const key = place.jsonKey === undefined ? '' : `, key ${place.jsonKey}`;
    const stage = place.versionStage === undefined ? '' : `, stage ${place.versionStage}`;
    return `Secrets Manager ${atTarget(place.id, target)}${key}${stage}`;
  },
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
    ...sources.flatMap((source) => (source.kind === 'custom' && (source.secrets || !leaf.secret) ? [source.name] : [])),
    ...(has(leaf.place.in) ? [sourceLabel.store(leaf, target)] : []),
    ...files.map((file) => sourceLabel.file(file.path)),
  ];
}
