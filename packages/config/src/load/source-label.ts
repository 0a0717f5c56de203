import type { FaultSupply } from '../errors/config-fault.ts';
import type { ConfigLeaf } from '../schema/leaf.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { atTarget, isForeign } from '../schema/names.ts';
import type { FileContent } from '../sources/file-source.ts';
import type { ConfigSource } from '../sources/sources.ts';

/** The names of places in faults. */
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

/** The ways to supply a key. */
export function supplyOf(leaf: ConfigLeaf, sources: readonly ConfigSource[], target: ConfigTarget): FaultSupply {
  const has = (kind: ConfigSource['kind']) => sources.some((source) => source.kind === kind);
  if (has('env') || has(leaf.place.in)) {
    return { ...(has('env') ? { env: leaf.env } : {}), ...(has(leaf.place.in) ? inStore(leaf, target) : {}) };
  }
  const file = sources.find((source) => source.kind === 'file');
  return file === undefined ? {} : { file: atTarget(file.path, target) };
}

function inStore({ place }: ConfigLeaf, target: ConfigTarget): FaultSupply {
  if (place.in === 'parameterStore') {
    const parameter = atTarget(place.name, target);
    if (isForeign(parameter)) return { parameter };
    const type = place.secure ? 'SecureString' : 'String';
    return {
      parameter,
      command: `aws ssm put-parameter --overwrite --type ${type} --name ${parameter} --value '<value>'`,
    };
  }
  const secretId = atTarget(place.id, target);
  if (isForeign(secretId)) return { secretId };
  const text = place.jsonKey === undefined ? '<value>' : `{"${place.jsonKey}": "<value>", ...}`;
  return {
    secretId,
    command: `aws secretsmanager put-secret-value --secret-id ${secretId} --secret-string '${text}'`,
  };
}
