import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Services whose name in the AWS CLI is not that of their client. */
const CLIENTS: Readonly<Record<string, string>> = { secretsmanager: 'secrets-manager' };
/** Options of every command (AWS CLI reference, "Global options"). */
const GLOBAL = ['query', 'output', 'region', 'profile'];
/**
 * Commands without a client here, from the AWS CLI Command Reference: `cloudformation deploy`,
 * `cloudformation describe-stacks`, `s3 cp` and `configure sso`.
 */
const BY_HAND: Readonly<Record<string, readonly string[]>> = {
  'cloudformation deploy': ['stack-name', 'template-file', 'capabilities', 'parameter-overrides', 's3-bucket'],
  'cloudformation describe-stacks': ['stack-name'],
  's3 cp': [],
  'configure sso': [],
};
const REQUIRED_BY_HAND: Readonly<Record<string, readonly string[]>> = {
  'cloudformation deploy': ['stack-name', 'template-file'],
};

/**
 * A structure in the schemas of the AWS SDK: names of members, of which the first `required` are.
 */
type Structure = readonly [number, string, string, unknown, readonly string[], readonly unknown[], number?];

interface Operation {
  readonly options: readonly string[];
  readonly required: readonly string[];
}

/** The words of a command line, without quotes. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replace(/['"]/g, ''));
}

/**
 * The faults of a command of the AWS CLI: a service, an operation or an option that does not
 * exist, or a required option that is missing. Operations are those of the SDK's clients, which
 * have the models that the CLI has.
 */
export function awsFaults(command: string): string[] {
  const [, service = '', name = '', ...rest] = wordsOf(command);
  const isWait = name === 'wait';
  const operation = isWait ? rest[0] : name;
  const found = findOperation(service, operation ?? '', isWait);
  if (found === undefined) return [`aws has no ${service} ${name}${isWait ? ` ${operation}` : ''}`];
  const given = rest.filter((word) => word.startsWith('--')).map((word) => word.slice(2));
  const known = [...found.options, ...GLOBAL].map(plain);
  return [
    ...given.filter((option) => !known.includes(plain(option))).map((option) => `there is no --${option}`),
    ...found.required
      .filter((option) => !given.map(plain).includes(plain(option)))
      .map((option) => `--${option} is missing`),
  ];
}

/** `point-in-time` and `PointInTime` are one name. */
const plain = (name: string) => name.replaceAll('-', '').toLowerCase();

function findOperation(service: string, operation: string, isWait: boolean): Operation | undefined {
  const byHand = BY_HAND[`${service} ${operation}`];
  if (byHand !== undefined) {
    return { options: byHand, required: REQUIRED_BY_HAND[`${service} ${operation}`] ?? [] };
  }
  const client = clientOf(service);
  if (client === undefined) return undefined;
  const names = Object.keys(client);
  if (isWait) {
    return names.some((name) => plain(name) === `waituntil${plain(operation)}`)
      ? { options: waitOptions(service), required: [] }
      : undefined;
  }
  const schema = names.find((name) => new RegExp(`^${plain(operation)}(input|request)\\$$`).test(plain(name)));
  if (schema === undefined) return undefined;
  const [, , , , members, , required = 0] = client[schema] as Structure; // the SDK's schema of a structure
  return { options: members, required: members.slice(0, required) };
}

/** A waiter takes the options of the operation that it asks. */
const waitOptions = (service: string) => (service === 'dynamodb' ? ['table-name'] : []);

function clientOf(service: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return require(`@aws-sdk/client-${CLIENTS[service] ?? service}`);
  } catch {
    return undefined;
  }
}
