import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { provision, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { readDockerfile } from '../support/dockerfile.ts';
import { guideFiles } from '../support/guide-files.ts';
import { lintDockerfile } from '../support/hadolint-rules.ts';
import { runEntry } from '../support/run-entry.ts';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Inside the repository, so that packages resolve as in a project that has them installed. */
const FOLDER = join(ROOT, '.tsbuild/deploying');
const EXAMPLE = join(ROOT, 'examples/service-and-pipeline');
const guide = (name: string) => readFile(join(ROOT, 'docs/guides', `${name}.md`), 'utf8');

/** Runs a line of the guide in a shell. */
function run(command: string): Promise<{ code: number | string; output: string }> {
  const env = {
    PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`,
    HOME: FOLDER,
    CDK_DISABLE_VERSION_CHECK: '1',
    NO_COLOR: '1',
    ...COMPILE_CACHE,
  };
  return new Promise((resolve) => {
    execFile('bash', ['-c', command], { cwd: FOLDER, env }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? 'killed') : 0, output: stdout + stderr }),
    );
  });
}

let commands: string[] = [];
beforeAll(async () => {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const page = await guide('deploying');
  for (const { path, code } of [...guideFiles(await guide('getting-started')), ...guideFiles(page)]) {
    await writeFile(join(FOLDER, path), code);
  }
  const [, cdkJson = ''] = /^```json\n([\s\S]*?)^```/m.exec(page) ?? [];
  await writeFile(join(FOLDER, 'cdk.json'), cdkJson);
  await writeFile(join(FOLDER, 'package.json'), '{ "name": "greeter", "type": "module" }\n');
  // What is before the account, and neither installs nor serves.
  const offline = page.slice(0, page.indexOf('## 5.'));
  commands = [...offline.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
    .flatMap(([, block = '']) => block.trim().split('\n'))
    .filter((line) => !/^npm install|twelvefold dev/.test(line));
});
afterAll(() => rm(FOLDER, { recursive: true, force: true }));

it('each command of the page up to the account succeeds, in its order', async () => {
  expect(commands.map((line) => line.split('=')[0])).toEqual([
    'npm pkg set scripts.test',
    'npm pkg set scripts.build',
    'npm pkg set scripts.package',
    'npm pkg set scripts.deploy',
    'npm test',
    'npm run build',
    'npm run package',
    'npx cdk synth --quiet',
  ]);
  for (const command of commands) {
    // npx looks into the folder's own node_modules, which in this repository is the root's.
    const { code, output } = await run(command.replace(/^npx cdk /, 'cdk --no-notices '));
    expect(code, `${command}\n${output}`).toBe(0);
  }
});

it('they leave three templates, the one that the pipeline deploys without a bootstrap, and the bundle', async () => {
  for (const stack of ['Network', 'Service', 'Pipeline']) {
    expect(existsSync(join(FOLDER, `cdk.out/${stack}.template.json`)), stack).toBe(true);
  }
  const template = await readFile(join(FOLDER, 'dist/template.json'), 'utf8');
  expect(template).not.toMatch(/BootstrapVersion|cdk-hnb659fds/);
  expect(JSON.parse(template).Resources.ServiceTaskDefinition.Properties.ContainerDefinitions[0].Command).toEqual([
    'node',
    'service.js',
  ]);
});

it('the Dockerfile with the names of the page copies what is there', async () => {
  const dockerfile = (await readFile(join(EXAMPLE, 'Dockerfile'), 'utf8'))
    .replace('app.ts ecs.ts', 'app.ts components.ts service.ts')
    .replace('"ecs.js"', '"service.js"');
  expect(lintDockerfile(dockerfile)).toEqual([]);
  const files = readDockerfile(dockerfile)
    .filter(({ name, text }) => name === 'COPY' && !text.includes('--from='))
    .flatMap(({ text }) => text.split(/\s+/).slice(0, -1));
  expect(files).toEqual(['package.json', 'package-lock.json', 'app.ts', 'components.ts', 'service.ts']);
  // npm install makes the lock file, and the test does not install.
  for (const file of files.filter((name) => name !== 'package-lock.json')) {
    expect(existsSync(join(FOLDER, file)), file).toBe(true);
  }
});

it('what the image would run is ready, from its bundle alone', async () => {
  const image = join(FOLDER, 'image');
  await mkdir(image, { recursive: true });
  await copyFile(join(FOLDER, 'dist/service.js'), join(image, 'service.js'));
  await writeFile(join(image, 'package.json'), '{"type":"module"}\n');
  await using aws = await startLocalAws();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const template: unknown = JSON.parse(await readFile(join(FOLDER, 'dist/template.json'), 'utf8'));
  await provision(template, { endpoint: aws.url, region: 'eu-west-1', credentials, parameters: { Stage: 'dev' } });
  const service = runEntry(join(image, 'service.js'), [], {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    TWELVEFOLD_STAGE: 'dev',
    PORT: '0',
  });
  try {
    const { port } = await until(
      'the service listens',
      () => ({ port: /"port":(\d+)/.exec(service.stdout())?.[1], exitCode: service.child.exitCode }),
      (now) => now.port !== undefined || now.exitCode !== null,
    );
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
  } finally {
    service.child.kill('SIGTERM');
    expect(await service.exited).toEqual({ code: 0, signal: null });
  }
});
