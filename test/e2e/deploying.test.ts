import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAws, ssm } from '@twelvefold/aws';
import type { LocalAws } from '@twelvefold/local';
import { launchStack, provision, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDockerfile } from '../support/dockerfile.ts';
import { expectReady } from '../support/expect-ready.ts';
import { followPage, writeGuideFiles } from '../support/follow-page.ts';
import { lintDockerfile } from '../support/hadolint-rules.ts';
import { commandsOf } from '../support/page-commands.ts';
import { PageShell } from '../support/page-shell.ts';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Inside the repository, so that packages resolve as in a project that has them installed. */
const FOLDER = join(ROOT, '.tsbuild/deploying');
const EXAMPLE = join(ROOT, 'examples/service-and-pipeline');
const guide = (name: string) => readFile(join(ROOT, 'docs/guides', `${name}.md`), 'utf8');

let shell: PageShell;
let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws();
  const access = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  shell = await PageShell.open({ folder: FOLDER, env: { ...access, AWS_ENDPOINT_URL: aws.url } });
  await writeGuideFiles(shell, 'getting-started.md', 'deploying.md');
  const [, cdkJson = ''] = /^```json\n([\s\S]*?)^```/m.exec(await guide('deploying')) ?? [];
  await writeFile(join(FOLDER, 'cdk.json'), cdkJson);
  for (const stage of ['staging', 'production']) {
    await writeFile(join(FOLDER, `${stage}.json`), `{ "greeting": "Hello from ${stage}" }\n`);
  }
  // The app of getting started, whose packages are there.
  const { code, output } = await shell.run(
    commandsOf(await guide('getting-started'))
      .slice(0, 4)
      .map(({ command }) => command)
      .join(' && '),
  );
  expect(code, output).toBe(0);
});
afterAll(async () => {
  await shell?.[Symbol.asyncDispose]();
  await aws?.close();
});

it('the commands of the page do what it says, in their order', async () => {
  const ran = await followPage(shell, 'docs/guides/deploying.md', {
    // It serves until Ctrl-C, and the next commands are of another terminal.
    after: ({ command }) => (command.includes('twelvefold dev') ? shell.stop() : undefined),
  });
  expect(ran).toContain('npx cdk synth --quiet');
  const input = { Names: ['/greeter/production/greeting'] };
  const read = createAws({ env: shell.environment }).call(ssm, 'GetParameters', input, { access: 'read' });
  expect((await read).Parameters?.map(({ Value }) => Value)).toEqual(['Hello from production']);
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
  const template: unknown = JSON.parse(await readFile(join(FOLDER, 'dist/template.json'), 'utf8'));
  await expectReady(join(image, 'service.js'), template);
});

describe('functions in place of the service', () => {
  interface FunctionsTemplate {
    readonly Resources: Readonly<
      Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>
    >;
  }
  /**
   * The files of the pipeline's build: the template, and the logical id of each function's version.
   */
  async function packaged() {
    const { code, output } = await shell.run('node package-functions.ts');
    expect(code, output).toBe(0);
    const text = await readFile(join(FOLDER, 'dist/template.json'), 'utf8');
    const template: FunctionsTemplate = JSON.parse(text);
    const versions = new Map(
      Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) =>
        Type === 'AWS::Lambda::Version'
          ? [[(Properties.FunctionName as { Ref: string }).Ref, { id, sha256: Properties.CodeSha256 }]]
          : [],
      ),
    );
    return { text, template, versions };
  }
  const hashOf = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(FOLDER, 'dist/functions/lambda', `${name}.zip`)))
      .digest('base64');

  let first: Awaited<ReturnType<typeof packaged>>;
  beforeAll(async () => {
    first = await packaged();
  }, 60_000);

  it('are packaged with a version of each zip, which CodeDeploy shifts to, and nothing of a bootstrap', async () => {
    const { text, template, versions } = first;
    expect(text).not.toMatch(/BootstrapVersion|cdk-hnb659fds/);
    expect([...versions.keys()].sort()).toEqual(['HttpFunction', 'RequestsFunction']);
    expect(versions.get('HttpFunction')?.sha256).toBe(await hashOf('http'));
    expect(versions.get('RequestsFunction')?.sha256).toBe(await hashOf('requests'));
    const groups = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::CodeDeploy::DeploymentGroup');
    expect(groups).toHaveLength(2);
    // Above this a template is not taken in a request.
    expect(Buffer.byteLength(text)).toBeLessThan(51_200);
  });

  it('have a pipeline that uploads these zips, and gives the template their place', async () => {
    const pipeline = await readFile(join(FOLDER, 'cdk.out/Pipeline.template.json'), 'utf8');
    expect(pipeline).toContain("aws s3 cp --recursive --exclude '*' --include '*.zip' dist/functions s3://");
    expect(pipeline).toContain('functions/#{Source.CommitId}');
    expect(pipeline).not.toContain('ImageUri');
  });

  it('get a new version with new code, each on its own', async () => {
    const entry = join(FOLDER, 'lambda/http.ts');
    const code = await readFile(entry, 'utf8');
    await writeFile(entry, `${code}export const changed = true;\n`);
    try {
      const { versions: after } = await packaged();
      expect(after.get('HttpFunction')?.id).not.toBe(first.versions.get('HttpFunction')?.id);
      expect(after.get('HttpFunction')?.sha256).toBe(await hashOf('http'));
      expect(after.get('RequestsFunction')).toEqual(first.versions.get('RequestsFunction'));
    } finally {
      await writeFile(entry, code);
    }
  });

  it('greet, from the packaged template and bundles', async () => {
    const { template } = first;
    await using own = await startLocalAws();
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const at = { endpoint: own.url, region: 'eu-west-1', credentials };
    const stack = await provision(template, { ...at, parameters: { Stage: 'dev' } });
    const launched = await launchStack(stack, { ...at, bundleDirectory: join(FOLDER, 'dist/functions') });
    try {
      expect((await fetch(`${launched.http?.url}/?name=Ada`, { method: 'POST' })).status).toBe(202);
      const answer = await until(
        'Ada is greeted',
        async () => (await fetch(`${launched.http?.url}/?name=Ada`)).json(),
        (body) => (body as { text?: string }).text !== undefined,
      );
      expect(answer).toEqual({ name: 'Ada', text: 'Hello, Ada' });
    } finally {
      await launched.stop();
    }
  });
});
