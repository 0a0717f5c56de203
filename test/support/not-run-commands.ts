import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { awsFaults, wordsOf } from './aws-arguments.ts';
import type { PageShell } from './page-shell.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A command of a page that no test can run here. */
export interface NotRun {
  readonly command: string;
  readonly because: string;
  /** The faults that show without running it. */
  faults(shell: PageShell): Promise<readonly string[]> | readonly string[];
}

const ACCOUNT = 'needs an AWS account';
const REBUILDS = 'changes this repository under the tests that run meanwhile';

const scriptsOf = (folder: string): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).scripts ?? {};

/** A script of the root's package.json, or of the workspace's. */
const script = (command: string, because: string, workspace = '.'): NotRun => {
  const [, name = ''] = /^npm (?:run )?([\w:]+)/.exec(command) ?? [];
  const faults = () => (scriptsOf(join(ROOT, workspace))[name] ? [] : [`${workspace} has no script ${name}`]);
  return { command, because, faults };
};

const install: NotRun = {
  command: 'npm ci',
  because: `downloads packages, and ${REBUILDS}`,
  faults: () => (existsSync(join(ROOT, 'package-lock.json')) ? [] : ['there is no package-lock.json']),
};

const aws = (command: string): NotRun => ({ command, because: ACCOUNT, faults: () => awsFaults(command) });

/** The words that the help of a command lacks. */
async function missingIn(shell: PageShell, help: string, words: readonly string[]): Promise<string[]> {
  const { code, output } = await shell.run(help);
  if (code !== 0) return [`${help} ends with ${code}: ${output}`];
  return words.filter((word) => !output.includes(word)).map((word) => `${help} does not name ${word}`);
}

const cdk = (shell: PageShell, subcommand: string, options: readonly string[] = []) =>
  missingIn(shell, `npx cdk ${subcommand} --help`, [`cdk ${subcommand} [`, ...options]);

/** Stacks that `npm run deploy` of the folder deploys and that were not synthesized. */
async function deployFaults(shell: PageShell): Promise<string[]> {
  const [, subcommand = '', ...stacks] = wordsOf(scriptsOf(shell.folder).deploy ?? '');
  const missing = stacks.filter((stack) => !existsSync(join(shell.folder, `cdk.out/${stack}.template.json`)));
  return [
    ...(await cdk(shell, subcommand)),
    ...(stacks.length > 0 ? [] : ['the script deploy names no stack']),
    ...missing.map((stack) => `there is no stack ${stack}`),
  ];
}

const EXAMPLES = ['parameter-function', 'service-and-pipeline', 'table-and-queue'];

/** Each variable must be declared, and each one without a default given. */
function terraformFaults(command: string): string[] {
  const folder = join(ROOT, 'infra/terraform');
  const files = readdirSync(folder).filter((file) => file.endsWith('.tf'));
  const text = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  const declared = new Map(
    [...text.matchAll(/^variable "(\w+)" \{\n([\s\S]*?)^\}/gm)].map(([, name = '', body = '']) => [name, body]),
  );
  const words = wordsOf(command);
  const given = words.flatMap((word, at) => (words[at - 1] === '-var' ? [word.split('=')[0] ?? ''] : []));
  const required = [...declared].filter(([, body]) => !/^\s+default\s+=/m.test(body)).map(([name]) => name);
  return [
    ...given.filter((name) => !declared.has(name)).map((name) => `there is no variable ${name}`),
    ...required.filter((name) => !given.includes(name)).map((name) => `the variable ${name} is not given`),
  ];
}

const APPLY = `terraform -chdir=infra/terraform apply -var connection_arn=... -var repository=owner/name -var first_image=... -var 'certificate_arns={staging="...",production="..."}'`;
const UPLOAD = `for name in http orders notifications tasks supervisor; do
  zip -q -j $name.zip $name.js $name.js.map package.json
  aws s3 cp $name.zip s3://$BUCKET/$VERSION/lambda/$name.zip
done`;

/**
 * The example must have each bundle that the loop packs, and the lines of the loop must be right.
 */
async function uploadFaults(shell: PageShell): Promise<string[]> {
  const [, names = ''] = /^for name in (.*); do/.exec(UPLOAD) ?? [];
  const built = readdirSync(join(ROOT, 'examples/orders/dist/lambda'));
  const { code, output } = await shell.run(`bash -n <<'END'\n${UPLOAD}\nEND`);
  return [
    ...(code === 0 ? [] : [output]),
    ...names.split(' ').filter((name) => !built.includes(`${name}.js`)),
    ...built.filter((file) => file.endsWith('.js') && !names.split(' ').includes(file.slice(0, -3))),
    ...UPLOAD.split('\n').flatMap((line) => (/^\s+aws /.test(line) ? awsFaults(line.trim()) : [])),
  ];
}

const PROVE = 'node infra/prove/functions.ts --stage proof1 --bucket my-code';
const DEPLOY = 'aws cloudformation deploy --stack-name';
const ROWS = 'uploads-prod-rows';

/**
 * Every command of a page that is not run, by page. A test fails for one that its page does not
 * have.
 */
export const NOT_RUN: Readonly<Record<string, readonly NotRun[]>> = {
  'README.md': [
    install,
    script('npm start', `${REBUILDS}; tour.test.ts runs what it builds`),
    script('npm run build', REBUILDS),
  ],
  'docs/guides/deploying.md': [
    aws('aws configure sso'),
    { command: 'npx cdk bootstrap', because: ACCOUNT, faults: (shell) => cdk(shell, 'bootstrap') },
    { command: 'npm run deploy', because: ACCOUNT, faults: deployFaults },
  ],
  'docs/guides/restoring.md': [
    aws('aws lambda put-function-concurrency --function-name uploads-prod-uploads --reserved-concurrent-executions 0'),
    aws('aws ecs update-service --cluster uploads-prod --service uploads-prod --desired-count 0'),
    aws(
      `aws dynamodb restore-table-to-point-in-time --source-table-name ${ROWS} --target-table-name ${ROWS}-restored --restore-date-time 2026-11-30T05:41:00Z`,
    ),
    aws(`aws dynamodb wait table-exists --table-name ${ROWS}-restored`),
    aws(`aws dynamodb create-backup --table-name ${ROWS}-restored --backup-name before-the-mistake`),
    aws(`aws dynamodb delete-table --table-name ${ROWS}`),
    aws(`aws dynamodb restore-table-from-backup --target-table-name ${ROWS} --backup-arn ARN_OF_THAT_BACKUP`),
    aws(
      `aws dynamodb update-continuous-backups --table-name ${ROWS} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
    ),
    aws(
      `aws dynamodb update-time-to-live --table-name ${ROWS} --time-to-live-specification Enabled=true,AttributeName=expiresAt`,
    ),
  ],
  'docs/guides/starting-points.md': [
    {
      command: 'npm run deploy',
      because: ACCOUNT,
      faults: async (shell) => [
        ...(await cdk(shell, 'deploy', ['--parameters'])),
        ...EXAMPLES.filter((name) => !scriptsOf(join(ROOT, 'examples', name)).deploy?.startsWith('cdk deploy ')),
      ],
    },
  ],
  'docs/guides/tasks.md': ['lambda', 'ecs'].map((host) => ({
    command: `node dist/admin.js set-country --on ${host}`,
    because: 'needs the deployed function or service; test/e2e/task-runs.test.ts runs one on both',
    faults: (shell) => missingIn(shell, 'node dist/admin.js set-country --help', ['--on', host]),
  })),
  'infra/README.md': [
    aws(`${DEPLOY} uploads-dev-data --template-file infra/templates/data.yaml --parameter-overrides Stage=dev`),
    aws("aws cloudformation describe-stacks --stack-name uploads-dev-data --query 'Stacks[0].Outputs'"),
    aws(
      `${DEPLOY} uploads-dev --template-file infra/templates/function.yaml --capabilities CAPABILITY_IAM --parameter-overrides Stage=dev CodeBucket=my-code CodePrefix=1 RowsTableName=...`,
    ),
    {
      command: 'terraform -chdir=infra/terraform init',
      because: 'downloads the AWS provider',
      faults: () => (existsSync(join(ROOT, 'infra/terraform/versions.tf')) ? [] : ['there is no versions.tf']),
    },
    { command: APPLY, because: ACCOUNT, faults: () => terraformFaults(APPLY) },
    script('npm run synth -w infra', REBUILDS, 'infra'),
    install,
    script('npm run build', REBUILDS),
    { command: UPLOAD, because: ACCOUNT, faults: uploadFaults },
    aws(
      `${DEPLOY} orders-$STAGE --template-file infra/templates/orders.template.json --s3-bucket $BUCKET --capabilities CAPABILITY_IAM --parameter-overrides Stage=$STAGE CodeBucket=$BUCKET CodePrefix=$VERSION Release=$VERSION`,
    ),
    aws('aws ssm put-parameter --type String --name /orders/$STAGE/pricing/taxRate --value 0.19'),
    aws(
      'aws secretsmanager put-secret-value --secret-id orders/$STAGE/payments/apiKey --secret-string file://api-key.txt',
    ),
  ],
  'packages/local/README.md': [
    {
      command: `${DEPLOY} app --template-file template.yaml --capabilities CAPABILITY_IAM`,
      because: 'needs the AWS CLI; test/conformance/cloudformation-cli.test.ts runs it where it is installed',
      faults: () => awsFaults(`${DEPLOY} app --template-file template.yaml --capabilities CAPABILITY_IAM`),
    },
    ...['bootstrap aws://123456789012/eu-west-1', 'deploy'].map((command) => ({
      command: `npx cdk ${command}`,
      because: 'needs an app of the CDK; test/e2e/cdk-deploy.test.ts runs it',
      faults: (shell: PageShell) => cdk(shell, wordsOf(command)[0] ?? ''),
    })),
  ],
  'infra/prove/README.md': [
    script('npm run build', REBUILDS),
    {
      command: PROVE,
      because: ACCOUNT,
      faults: (shell) =>
        missingIn(shell, `node ${join(ROOT, 'infra/prove/functions.ts')} --help`, ['--stage', '--bucket']),
    },
  ],
};
