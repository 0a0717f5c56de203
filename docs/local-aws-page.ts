import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const SERVICES = join(import.meta.dirname, '../packages/local/src/services');

export const PAGE = join(import.meta.dirname, 'local-aws.md');

const BEGIN = '<!-- begin: written by docs/write-local-aws.ts -->';
const END = '<!-- end -->';

/** As far as the page needs to know a service. */
interface Service {
  readonly name: string;
  readonly json?: object;
  readonly query?: object;
  readonly rest?: object;
  readonly cbor?: object;
  readonly actions: object;
}

const TITLES: Readonly<Record<string, string>> = {
  cloudformation: 'CloudFormation',
  cloudwatch: 'CloudWatch',
  dynamodb: 'DynamoDB',
  'dynamodb-streams': 'DynamoDB Streams',
  ecs: 'ECS',
  events: 'EventBridge',
  kms: 'KMS',
  lambda: 'Lambda',
  logs: 'CloudWatch Logs',
  s3: 'S3',
  scheduler: 'EventBridge Scheduler',
  secretsmanager: 'Secrets Manager',
  sns: 'SNS',
  sqs: 'SQS',
  ssm: 'Systems Manager Parameter Store',
  sts: 'STS',
};

const isService = (value: unknown): value is Service =>
  typeof value === 'object' && value !== null && 'name' in value && 'actions' in value;

async function section(folder: string): Promise<string> {
  const module: object = await import(join(SERVICES, folder, 'service.ts'));
  const service = Object.values(module).find(isService);
  if (service === undefined) throw new Error(`Cannot describe ${folder}: its service.ts exports no service`);
  const protocols = [
    service.json && 'JSON',
    service.query && 'Query',
    service.cbor && 'CBOR',
    service.rest && 'REST',
  ].filter((name) => typeof name === 'string');
  const actions = Object.keys(service.actions).sort();
  const differences = join(SERVICES, folder, 'differences.md');
  const known = existsSync(differences) ? (await readFile(differences, 'utf8')).trim() : '';
  return [
    `### ${TITLES[folder] ?? folder}`,
    `\`${service.name}\`, ${protocols.join(' and ')}, ${actions.length} operation${actions.length === 1 ? '' : 's'}: ${actions.join(', ')}.`,
    ...(known === '' ? [] : [`Known differences:\n\n${known}`]),
  ].join('\n\n');
}

/** `page` with what its services can do now. */
export async function writeServices(page: string): Promise<string> {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`Cannot write the page: it needs a line ${BEGIN} and a later one ${END}`);
  const folders = (await readdir(SERVICES)).sort().filter((name) => existsSync(join(SERVICES, name, 'service.ts')));
  const sections = await Promise.all(folders.map(section));
  return `${page.slice(0, from)}${BEGIN}\n\n${sections.join('\n\n')}\n\n${page.slice(to)}`;
}
