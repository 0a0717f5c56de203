import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAws, sqs } from '@twelvefold/aws';
import { provision, startLocalAws } from '@twelvefold/local';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { followPage, writeGuideFiles } from '../support/follow-page.ts';
import { NOT_RUN } from '../support/not-run-commands.ts';
import { blocksOf, commandsOf, pages, readPage } from '../support/page-commands.ts';
import { PageShell } from '../support/page-shell.ts';
import { provisionApp } from '../support/provision-app.ts';

const ROOT = join(import.meta.dirname, '../..');
/**
 * Inside the repository, so that packages resolve as in a project that has them installed: built.
 */
const FOLDERS = join(ROOT, '.tsbuild/pages');
const ACCESS = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const LANGUAGES = ['sh', 'console', 'ts', 'js', 'json', 'mermaid', 'text'];
/** `npx` finds the commands of packages that the reader has installed. */
const INSTALL = 'npm install twelvefold @twelvefold/local aws-cdk esbuild';

const open = (name: string, env: Readonly<Record<string, string>> = {}, cwd?: string) =>
  PageShell.open({ folder: join(FOLDERS, name), env, ...(cwd === undefined ? {} : { cwd }) });

async function installed(name: string, env: Readonly<Record<string, string>> = {}): Promise<PageShell> {
  const shell = await open(name, env);
  await writeFile(join(shell.folder, 'package.json'), '{ "type": "module" }\n');
  const { code, output } = await shell.run(INSTALL);
  expect(code, output).toBe(0);
  return shell;
}

/** How a page's reader gets to its commands, by page. */
const SCENARIOS: Readonly<Record<string, () => Promise<void>>> = {
  'README.md': async () => {
    await using shell = await open('readme', {}, ROOT);
    await followPage(shell, 'README.md');
  },

  'docs/index.md': async () => {
    await using shell = await open('index');
    await followPage(shell, 'docs/index.md');
    const asked = {
      command: "curl -X POST 'localhost:8080/?name=Ada'",
      background: false,
      prints: ['{"correlationId":"..."}'],
    };
    await shell.follow(asked);
  },

  'docs/guides/getting-started.md, docs/guides/console.md': async () => {
    await using shell = await open('getting-started');
    await writeGuideFiles(shell, 'getting-started.md');
    await followPage(shell, 'docs/guides/getting-started.md');
    // The console of the app that runs.
    await followPage(shell, 'docs/guides/console.md');
  },

  'docs/guides/config.md': async () => {
    await using aws = await startLocalAws();
    await using shell = await installed('config', { ...ACCESS, AWS_ENDPOINT_URL: aws.url });
    await cp(join(ROOT, 'examples/orders'), shell.folder, { recursive: true, filter: isSource });
    await writeFile(join(shell.folder, 'values.json'), '{ "pricing": { "taxRate": 0.19 } }');
    // In a pipe the answer is JSON.
    shell.replace('config doctor app.ts', 'config doctor app.ts --text');
    await followPage(shell, 'docs/guides/config.md', {
      codes: { 'config doctor': 78 },
      after: async ({ command }) => {
        if (!command.includes('config push')) return;
        const { code, output } = await shell.run(`${command} --write`);
        expect(code, output).toBe(0);
      },
    });
    await followPage(shell, 'packages/config/README.md', { codes: { 'config doctor': 78 } });
  },

  'docs/guides/hosts.md': async () => {
    await using shell = await installed('hosts');
    await writeGuideFiles(shell, 'getting-started.md', 'hosts.md');
    await followPage(shell, 'docs/guides/hosts.md');
    expect(await readFile(join(shell.folder, 'dist/lambda/http.js'), 'utf8')).toContain('createRequire');
  },

  'docs/guides/messages.md': async () => {
    await using aws = await startLocalAws();
    const env = { ...ACCESS, AWS_ENDPOINT_URL: aws.url };
    await using shell = await installed('messages', env);
    const queue = (QueueName: string) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName } });
    const template = {
      Resources: { Payments: queue('shop-dev-payments'), DeadLetters: queue('shop-dev-payments-dead-letter') },
    };
    const made = await provision(template, { endpoint: aws.url, region: ACCESS.AWS_REGION, env });
    const QueueUrl = made.resources.find(({ logicalId }) => logicalId === 'DeadLetters')?.physicalId ?? '';
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    const message = {
      QueueUrl,
      MessageBody: '{"orderId":"o-1"}',
      MessageAttributes: {
        reason: text('Poison: no such order'),
        errorFingerprint: text('f00dfeed'),
        sourceQueue: text('shop-dev-payments'),
      },
    };
    const { MessageId = '' } = await createAws({ env }).call(sqs, 'SendMessage', message, { access: 'write' });
    shell.replace('MESSAGE_ID', MessageId);
    shell.replace('FINGERPRINT', 'f00dfeed');
    const outputs: string[] = [];
    await followPage(shell, 'docs/guides/messages.md', { after: (_, output) => void outputs.push(output) });
    const [peeked, grouped, shown, redriven] = outputs;
    expect(peeked).toContain('Poison: no such order');
    expect(grouped).toContain('f00dfeed');
    expect(shown).toContain('o-1');
    expect(redriven).toContain('1 would be moved to shop-dev-payments');
  },

  'docs/guides/permissions.md': async () => {
    await using shell = await installed('permissions');
    await cp(join(ROOT, 'examples/orders'), shell.folder, { recursive: true, filter: isSource });
    await mkdir(join(shell.folder, 'cdk.out'));
    const template = join(ROOT, 'infra/templates/orders.template.json');
    await cp(template, join(shell.folder, 'cdk.out/Orders.template.json'));
    const prepared = await shell.run(
      'npx twelvefold manifest manifest.ts --out manifest.json && git init -q -b main . && git add manifest.json && ' +
        'git -c user.name=Ada -c user.email=ada@example.com commit -q -m manifest',
    );
    expect(prepared.code, prepared.output).toBe(0);
    await followPage(shell, 'docs/guides/permissions.md', {
      codes: { 'infra diff': 2 },
      before: async ({ command }) => {
        if (!command.includes('infra diff')) return;
        const file = join(shell.folder, 'components/order-consumer.ts');
        const source = await readFile(file, 'utf8');
        const changed = source.replace("table: ['update']", "table: ['update', 'byUser']");
        expect(changed).not.toBe(source);
        await writeFile(file, changed);
      },
    });
  },

  'docs/guides/restoring.md': async () => {
    await using shell = await open('restoring');
    expect(await followPage(shell, 'docs/guides/restoring.md')).toEqual([]);
  },

  'docs/guides/starting-points.md': async () => {
    await using aws = await startLocalAws();
    await using shell = await installed('starting-points', { ...ACCESS, AWS_ENDPOINT_URL: aws.url });
    await cp(join(ROOT, 'examples/parameter-function/app.ts'), join(shell.folder, 'app.ts'));
    await writeFile(join(shell.folder, 'values.json'), '{ "db": { "url": "postgres://db.example/jobs" } }');
    await followPage(shell, 'docs/guides/starting-points.md');
  },

  'docs/guides/tasks.md': async () => {
    await using aws = await startLocalAws();
    await using shell = await open('tasks');
    await writeGuideFiles(shell, 'tasks.md');
    const { app } = await import(join(shell.folder, 'backfill/app.ts'));
    for (const [name, value] of Object.entries(await provisionApp(app, aws.url))) shell.export(name, value);
    await build({
      entryPoints: { admin: join(shell.folder, 'backfill/admin.ts') },
      outdir: join(shell.folder, 'dist'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['@aws-sdk/*'],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    await writeFile(join(shell.folder, 'package.json'), '{ "type": "module" }\n');
    await followPage(shell, 'docs/guides/tasks.md');
  },

  'infra/README.md': async () => {
    await using shell = await open('infra');
    await mkdir(join(shell.folder, 'examples/orders/dist/lambda'), { recursive: true });
    await followPage(shell, 'infra/README.md');
  },

  'infra/prove/README.md': async () => {
    await using shell = await open('prove');
    await followPage(shell, 'infra/prove/README.md');
  },

  'packages/create-twelvefold/README.md': async () => {
    await using shell = await open('create');
    await followPage(shell, 'packages/create-twelvefold/README.md', {
      // The second line is another way to write the same app.
      before: () => rm(join(shell.folder, 'my-app'), { recursive: true, force: true }),
    });
    expect(await readFile(join(shell.folder, 'my-app/package.json'), 'utf8')).toContain('--as functions');
  },

  'packages/local/README.md': async () => {
    await using shell = await installed('local');
    const Properties = { QueueName: { 'Fn::Sub': `shop-\${Stage}-orders` } };
    const template = {
      Parameters: { Stage: { Type: 'String' } },
      Resources: { Orders: { Type: 'AWS::SQS::Queue', Properties } },
    };
    await writeFile(join(shell.folder, 'template.json'), JSON.stringify(template));
    await using running = await startLocalAws();
    await followPage(shell, 'packages/local/README.md', {
      // It creates on an endpoint that runs, which has nothing yet.
      before: ({ command }) => {
        if (command.includes('provision')) shell.replace('http://127.0.0.1:4566', running.url);
      },
    });
  },
};
/** Pages that a scenario above follows beside its own, or another test. */
const FOLLOWED_ELSEWHERE = ['docs/guides/deploying.md', 'docs/local-aws.md', 'packages/config/README.md'];

const isSource = (path: string) => !/\/(dist|node_modules|tsconfig[^/]*\.json|package\.json)$/.test(path);

describe('the pages', () => {
  it('have blocks in known languages only, so that no command hides', () => {
    const unknown = pages().flatMap((page) =>
      blocksOf(readPage(page))
        .filter(({ language }) => !LANGUAGES.includes(language))
        .map(({ language, lines }) => `${page} [${language}] ${lines[0]}`),
    );
    expect(unknown).toEqual([]);
    const prompts = pages().flatMap((page) =>
      blocksOf(readPage(page))
        .filter(({ language, lines }) => language === 'text' && lines.some((line) => line.startsWith('$ ')))
        .map(() => page),
    );
    expect(prompts).toEqual([]);
  });

  it('with commands are all followed', () => {
    const withCommands = pages().filter((page) => commandsOf(readPage(page)).length > 0);
    const followed = Object.keys(SCENARIOS).flatMap((names) => names.split(', '));
    expect(withCommands.sort()).toEqual([...followed, ...FOLLOWED_ELSEWHERE].sort());
  });

  it('have each command that is not run', () => {
    for (const [page, list] of Object.entries(NOT_RUN)) {
      const commands = commandsOf(readPage(page)).map(({ command }) => command);
      expect(commands, page).toEqual(expect.arrayContaining(list.map(({ command }) => command)));
    }
  });
});

describe.each(Object.entries(SCENARIOS))('the commands of %s', (_, scenario) => {
  it('do what the page says', scenario);
});
