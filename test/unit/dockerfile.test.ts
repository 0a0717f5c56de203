import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forPackageManager, PACKAGE_MANAGERS } from '../../packages/create-twelvefold/src/package-manager.ts';
import { fromOf, readDockerfile, stagesOf } from '../support/dockerfile.ts';
import { HADOLINT_RULES, lintDockerfile } from '../support/hadolint-rules.ts';

const TEMPLATE = join(import.meta.dirname, '../../packages/create-twelvefold/templates/service/Dockerfile');
const EXAMPLE = join(import.meta.dirname, '../../examples/service-and-pipeline');
const source = readFileSync(join(EXAMPLE, 'Dockerfile'), 'utf8');
/** `npm install` makes it in a project; in this repository all workspaces share one. */
const MADE_BY_NPM = 'package-lock.json';

/** A Dockerfile that breaks no rule, and a change of it that breaks one. */
const GOOD = 'FROM node:24.1.0 AS build\nWORKDIR /app\nCOPY a b ./\nUSER node\nCMD ["node"]\n';
const BROKEN: Readonly<Record<string, string>> = {
  DL3000: GOOD.replace('/app', 'app'),
  DL3001: `${GOOD}RUN service start\n`,
  DL3002: GOOD.replace('USER node', 'USER root'),
  DL3003: `${GOOD}RUN cd /x && ls\n`,
  DL3004: `${GOOD}RUN sudo ls\n`,
  DL3006: GOOD.replace(':24.1.0', ''),
  DL3007: GOOD.replace(':24.1.0', ':latest'),
  DL3008: `${GOOD}RUN apt-get install -y --no-install-recommends curl\n`,
  DL3009: `${GOOD}RUN apt-get update\n`,
  DL3015: `${GOOD}RUN apt-get install -y curl=1.2\n`,
  DL3016: `${GOOD}RUN npm install -g pm2\n`,
  DL3020: `${GOOD}ADD a /b\n`,
  DL3021: GOOD.replace('b ./', 'b c'),
  DL3022: `${GOOD}COPY --from=other /a /b\n`,
  DL3023: `${GOOD}COPY --from=build /a /b\n`,
  DL3024: `FROM node:24.1.0 AS build\n${GOOD}`,
  DL3025: GOOD.replace('["node"]', 'node'),
  DL3027: `${GOOD}RUN apt list\n`,
  DL3029: GOOD.replace('FROM ', 'FROM --platform=linux/amd64 '),
  DL3044: `${GOOD}ENV A=1 B=$A\n`,
  DL3045: GOOD.replace('WORKDIR /app\n', ''),
  DL3059: `${GOOD}RUN ls\nRUN ls\n`,
  DL3061: `RUN ls\n${GOOD}`,
  DL4000: `${GOOD}MAINTAINER me\n`,
  DL4001: `${GOOD}RUN wget -q x && curl -s x\n`,
  DL4003: `${GOOD}CMD ["other"]\n`,
  DL4004: `${GOOD}ENTRYPOINT ["a"]\nENTRYPOINT ["b"]\n`,
  DL4006: `${GOOD}RUN ls | grep x\n`,
  TF1: GOOD.replace('USER node\n', ''),
  TF2: GOOD.replace('24.1.0', '24-slim'),
  TF3: `${GOOD}ARG NPM_TOKEN\n`,
};

describe('the rules of Dockerfiles', () => {
  it('each have a file that breaks them, and only them', () => {
    expect(lintDockerfile(GOOD)).toEqual([]);
    expect(Object.keys(BROKEN)).toEqual(Object.keys(HADOLINT_RULES).map((name) => name.split(' ')[0]));
    // A base without a version breaks the rule about exact ones as well.
    const also = (code: string) => (['DL3006', 'DL3007'].includes(code) ? [code, 'TF2'] : [code]);
    for (const [code, broken] of Object.entries(BROKEN)) {
      expect(lintDockerfile(broken).map((line) => line.split(' ')[0])).toEqual(also(code));
    }
  });
});

describe.each(PACKAGE_MANAGERS)('the Dockerfile of create-twelvefold for %s', (pm) => {
  const created = forPackageManager(readFileSync(TEMPLATE, 'utf8'), pm);

  it('breaks none, and runs on the base of the example', () => {
    expect(lintDockerfile(created)).toEqual([]);
    const images = (text: string) =>
      readDockerfile(text)
        .filter(({ name }) => name === 'FROM')
        .map((one) => fromOf(one).image);
    expect(images(created)).toEqual(images(source));
  });

  it('has the environment of the example, and no package manager', () => {
    const last = stagesOf(readDockerfile(created)).at(-1) ?? [];
    const ofExample = stagesOf(readDockerfile(source)).at(-1) ?? [];
    const text = (stage: typeof last, name: string) => stage.filter((one) => one.name === name).map((one) => one.text);
    expect(text(last, 'ENV')).toEqual(text(ofExample, 'ENV').map((line) => `${line} HOST=0.0.0.0`));
    for (const name of ['RUN', 'USER', 'EXPOSE', 'CMD']) expect(text(last, name)).toEqual(text(ofExample, name));
  });
});

describe('the Dockerfile of the service', () => {
  it('breaks none', () => {
    expect(lintDockerfile(source)).toEqual([]);
  });

  it('copies what is there, and the context has nothing else', () => {
    const copied = readDockerfile(source)
      .filter(({ name, text }) => name === 'COPY' && !text.includes('--from='))
      .flatMap(({ text }) => text.split(/\s+/).slice(0, -1));
    const context = readFileSync(join(EXAMPLE, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(context).toEqual(['*', ...copied.map((file) => `!${file}`)]);
    for (const file of copied.filter((name) => name !== MADE_BY_NPM)) {
      expect(existsSync(join(EXAMPLE, file)), file).toBe(true);
    }
  });

  it('is run by the command and on the port of the task definition', () => {
    const instructions = readDockerfile(source);
    const text = (name: string) => instructions.find((one) => one.name === name)?.text;
    expect(text('EXPOSE')).toBe('8080');
    expect(JSON.parse(text('CMD') ?? '')).toEqual(['node', 'ecs.js']);
  });

  it('has the Node of this repository, and the one of the workflow', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(EXAMPLE, '../../package.json'), 'utf8'));
    const bases = readDockerfile(source).filter(({ name }) => name === 'FROM');
    for (const { text } of bases) expect(text).toContain(`/node:${devDependencies.node}-`);
  });
});
