import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';
import { UsageError } from '@twelvefold/core/internal';

export const HELP = `Usage: twelvefold-local [options]
       twelvefold-local provision --template FILE [options]

Starts an AWS endpoint on this machine, for development and tests, and serves until it is stopped.
"twelvefold-local provision --help" shows how to create a template's resources on a running one.

  --port NUMBER          the port, 0 for a free one (default 4566)
  --host ADDRESS         the address to listen on (default 127.0.0.1: this machine only)
  --allow-host NAME      a host name that requests may use besides localhost and IP addresses; once for each
  --region REGION        the region to provision in and to print (default us-east-1)
  --account DIGITS       the account that callers are in (default 123456789012)
  --snapshot DIR         load state from this folder, save it there when stopped (default: state is lost)
  --enforce              enforce IAM policies; keys that STS did not hand out stay unrestricted
  --template FILE        a CloudFormation template (JSON or YAML) whose resources to create
  --parameter KEY=VALUE  a parameter of the template; once for each
  --public-parameter NAME=VALUE
                         a public parameter (/aws/service/...) that templates read; once for each
  --postgres             also start this machine's PostgreSQL, and set DATABASE_URL; with --snapshot it keeps its data
  --redis                also start this machine's Redis or Valkey, and set REDIS_URL; with --snapshot likewise
  --json                 one line of JSON instead of the export lines
  --version              the version
  -h, --help             this text

What it prints can be evaluated by a shell: it sets AWS_ENDPOINT_URL, the region and credentials.
In a terminal it also shows what it creates. Exit codes: 0 stopped, 1 failed, 64 wrong usage.
`;

/** The request that the command line makes. */
export interface CliArguments {
  readonly port: number;
  readonly host: string;
  readonly hosts: readonly string[];
  readonly region: string;
  readonly account: string | undefined;
  readonly snapshot: string | undefined;
  readonly template: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly publicParameters: Readonly<Record<string, string>>;
  readonly postgres: boolean;
  readonly redis: boolean;
  readonly enforce: boolean;
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

const OPTIONS = {
  port: { type: 'string', default: '4566' },
  host: { type: 'string', default: '127.0.0.1' },
  'allow-host': { type: 'string', multiple: true, default: [] as string[] },
  region: { type: 'string', default: 'us-east-1' },
  account: { type: 'string' },
  snapshot: { type: 'string' },
  enforce: { type: 'boolean', default: false },
  template: { type: 'string' },
  parameter: { type: 'string', multiple: true, default: [] as string[] },
  'public-parameter': { type: 'string', multiple: true, default: [] as string[] },
  postgres: { type: 'boolean', default: false },
  redis: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const;

type Options = NonNullable<ParseArgsConfig['options']>;

/** @throws UsageError for an unknown option, which names the known ones */
export function parseOptions<const T extends Options>(args: readonly string[], options: T) {
  const known = Object.keys(options)
    .map((name) => `--${name}`)
    .join(', ');
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const { code, message } = error as Error & { code?: string }; // what parseArgs throws
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      const name = /'(-[^']*)'/.exec(message)?.[1] ?? '';
      throw new UsageError(`unknown option ${name}; known are ${known}`);
    }
    throw new UsageError(`${message.split('\n')[0]}; known options are ${known}`);
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`--port must be between 0 and 65535, not "${text}"`);
  return port;
}

/** Reads `Key=Value`. */
export const readPair =
  (option: string) =>
  (text: string): [string, string] => {
    const equals = text.indexOf('=');
    if (equals < 1) throw new UsageError(`--${option} must be Key=Value, not "${text}"`);
    return [text.slice(0, equals), text.slice(equals + 1)];
  };

/** @throws UsageError for anything that is not known or not possible. */
export function readArguments(args: readonly string[]): CliArguments {
  const {
    port,
    parameter,
    'allow-host': hosts,
    'public-parameter': publicParameter,
    ...values
  } = parseOptions(args, OPTIONS);
  if (values.account !== undefined && !/^\d{12}$/.test(values.account)) {
    throw new UsageError(`--account must be twelve digits, not "${values.account}"`);
  }
  if (parameter.length > 0 && values.template === undefined) throw new UsageError('--parameter needs a --template');
  return {
    ...values,
    hosts,
    account: values.account,
    snapshot: values.snapshot,
    template: values.template,
    port: readPort(port),
    parameters: Object.fromEntries(parameter.map(readPair('parameter'))),
    publicParameters: Object.fromEntries(publicParameter.map(readPair('public-parameter'))),
  };
}
