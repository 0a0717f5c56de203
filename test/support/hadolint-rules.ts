import type { Instruction } from './dockerfile.ts';
import { fromOf, readDockerfile, stagesOf } from './dockerfile.ts';

/**
 * The rules of hadolint that can apply to an image like ours, by their codes (hadolint's README,
 * "Rules"), and three that it does not have (`TF`). hadolint is a Haskell binary, which npm cannot
 * install.
 */
type Rule = (stages: readonly Instruction[][], all: readonly Instruction[]) => readonly (Instruction | undefined)[];

const named = (name: string, all: readonly Instruction[]) => all.filter((one) => one.name === name);
/** The commands of RUN instructions, shell by shell. */
const commandsOf = ({ text }: Instruction) => text.split(/\s*(?:&&|\|\||;|\|)\s*/);
const running =
  (pattern: RegExp): Rule =>
  (_, all) =>
    named('RUN', all).filter((one) => commandsOf(one).some((command) => pattern.test(command)));
const repeated =
  (name: string): Rule =>
  (stages) =>
    stages.flatMap((stage) => named(name, stage).slice(1));
const isStage = (image: string, stages: readonly Instruction[][]) =>
  stages.some(([from]) => from !== undefined && fromOf(from).alias === image);
const bases =
  (test: (image: string) => boolean): Rule =>
  (stages) =>
    stages.flatMap(([from]) => {
      const { image } = from ? fromOf(from) : { image: '' };
      return from && image !== 'scratch' && !isStage(image, stages) && test(image) ? [from] : [];
    });
const tagOf = (image: string) => image.split('/').at(-1)?.split('@')[0]?.split(':')[1];
const copiedFrom = ({ text }: Instruction) => /--from=(\S+)/.exec(text)?.[1];

export const HADOLINT_RULES: Readonly<Record<string, Rule>> = {
  'DL3000 WORKDIR is absolute': (_, all) => named('WORKDIR', all).filter(({ text }) => !/^["']?[/$]/.test(text)),
  'DL3001 no command that makes no sense in a container': running(
    /^(ssh|vim|shutdown|service|ps|free|top|kill|mount)\b/,
  ),
  'DL3002 the last USER is not root': (stages) => {
    const last = named('USER', stages.at(-1) ?? []).at(-1);
    return last && /^(root|0)(:|$)/.test(last.text) ? [last] : [];
  },
  'DL3003 WORKDIR instead of cd': running(/^cd\s/),
  'DL3004 no sudo': running(/^sudo\b/),
  'DL3006 the base has a tag': bases((image) => tagOf(image) === undefined && !image.includes('@')),
  'DL3007 the tag is not latest': bases((image) => tagOf(image) === 'latest'),
  'DL3008 packages of apt have versions': running(/^apt-get\s+install\s(?!.*=)/),
  'DL3009 lists of apt are deleted': (_, all) =>
    named('RUN', all).filter(({ text }) => /apt-get update/.test(text) && !/rm .*\/var\/lib\/apt\/lists/.test(text)),
  'DL3015 apt installs no recommendations': running(/^apt-get\s+install\s(?!.*--no-install-recommends)/),
  'DL3016 packages of npm have versions': running(/^npm (install|i|add)\b(?=.*\s[@\w])(?!.*\w@\d)/),
  'DL3020 COPY instead of ADD for files': (_, all) =>
    named('ADD', all).filter(({ text }) => !/^\S*(https?:|\.tar|\.tgz)/.test(text)),
  'DL3021 COPY of several files goes to a folder': (_, all) =>
    named('COPY', all).filter(({ text }) => {
      const paths = text.split(/\s+/).filter((word) => !word.startsWith('--'));
      return paths.length > 2 && !/\/$/.test(paths.at(-1) ?? '');
    }),
  'DL3022 COPY --from names a stage': (stages, all) =>
    named('COPY', all).filter((one) => {
      const from = copiedFrom(one);
      return from !== undefined && !isStage(from, stages) && !from.includes('/');
    }),
  'DL3023 no stage copies from itself': (stages) =>
    stages.flatMap(([from, ...rest]) =>
      rest.filter((one) => from && copiedFrom(one) !== undefined && copiedFrom(one) === fromOf(from).alias),
    ),
  'DL3024 names of stages are unique': (stages) => {
    const aliases = stages.map(([from]) => from && fromOf(from).alias);
    return stages.flatMap(([from], at) =>
      aliases[at] !== undefined && aliases.indexOf(aliases[at]) < at ? [from] : [],
    );
  },
  'DL3025 CMD and ENTRYPOINT are JSON': (_, all) =>
    [...named('CMD', all), ...named('ENTRYPOINT', all)].filter(({ text }) => !text.startsWith('[')),
  'DL3027 apt-get instead of apt': running(/^apt\s/),
  'DL3029 FROM has no platform': (_, all) => named('FROM', all).filter(({ text }) => /--platform=[^$]/.test(text)),
  'DL3044 ENV does not use what it sets': (_, all) =>
    named('ENV', all).filter(({ text }) =>
      [...text.matchAll(/(\w+)=/g)].some(([, name]) => new RegExp(`\\$\\{?${name}\\b`).test(text)),
    ),
  'DL3045 COPY to a relative path needs a WORKDIR': (stages) =>
    stages.flatMap((stage) => {
      const at = stage.findIndex(({ name }) => name === 'WORKDIR');
      const before = at < 0 ? stage : stage.slice(0, at);
      return named('COPY', before).filter(({ text }) => !text.split(/\s+/).at(-1)?.startsWith('/'));
    }),
  'DL3059 no RUN right after a RUN': (stages) =>
    stages.flatMap((stage) => stage.filter(({ name }, at) => name === 'RUN' && stage[at - 1]?.name === 'RUN')),
  'DL3061 only ARG before FROM': (_, all) => {
    const first = all.findIndex(({ name }) => name === 'FROM');
    return all.slice(0, first < 0 ? all.length : first).filter(({ name }) => name !== 'ARG');
  },
  'DL4000 no MAINTAINER': (_, all) => named('MAINTAINER', all),
  'DL4001 either wget or curl': (_, all) => {
    const both = ['wget', 'curl'].map((tool) => named('RUN', all).filter(({ text }) => text.includes(tool)));
    return both.every((uses) => uses.length > 0) ? (both[1] ?? []) : [];
  },
  'DL4003 one CMD': repeated('CMD'),
  'DL4004 one ENTRYPOINT': repeated('ENTRYPOINT'),
  'DL4006 pipefail before a pipe': (stages) =>
    stages.flatMap((stage) =>
      stage.some(({ name, text }) => name === 'SHELL' && text.includes('pipefail'))
        ? []
        : named('RUN', stage).filter(({ text }) => /[^|]\|[^|]/.test(text)),
    ),
  'TF1 another user than root runs it': (stages) => {
    const last = stages.at(-1) ?? [];
    return named('USER', last).length === 0 ? [last[0]] : [];
  },
  'TF2 the base has an exact version or a digest': bases(
    (image) => !/@sha256:[0-9a-f]{64}$/.test(image) && !/^\d+\.\d+\.\d+/.test(tagOf(image) ?? ''),
  ),
  'TF3 no secret in ARG or ENV': (_, all) =>
    all.filter(({ name, text }) => (name === 'ARG' || name === 'ENV') && /secret|token|passw|api_?key/i.test(text)),
};

/** The broken rules with their lines, e.g. `DL3007 the tag is not latest (line 3)`. */
export function lintDockerfile(source: string): string[] {
  const all = readDockerfile(source);
  const stages = stagesOf(all);
  return Object.entries(HADOLINT_RULES).flatMap(([name, rule]) =>
    rule(stages, all).map((found) => `${name} (line ${found?.line ?? 1})`),
  );
}
