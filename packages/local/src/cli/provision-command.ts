import { messageOf, UsageError } from '@twelvefold/core/internal';
import { parseTemplate } from '../provision/parse-template.ts';
import { provision } from '../provision/provision.ts';
import type { ProvisionedStack, ProvisionProgress } from '../provision/stack.ts';
import type { CliProcess } from './cli-process.ts';
import { parseOptions, readPair } from './read-arguments.ts';

const HELP = `Usage: twelvefold-local provision --template FILE [options]

Creates the resources of a CloudFormation template on an endpoint that runs. Those that exist are
made to match or left alone, so it can run again after each change of the template.

  --template FILE        the CloudFormation template (JSON or YAML)
  --endpoint URL         the running endpoint (default http://127.0.0.1:4566)
  --region REGION        the region to provision in (default us-east-1)
  --parameter KEY=VALUE  a parameter of the template; once for each
  --json                 one line of JSON instead of the list
  -h, --help             this text

Exit codes: 0 done, 1 failed, 64 wrong usage.
`;

const OPTIONS = {
  template: { type: 'string' },
  endpoint: { type: 'string', default: 'http://127.0.0.1:4566' },
  region: { type: 'string', default: 'us-east-1' },
  parameter: { type: 'string', multiple: true, default: [] as string[] },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Locally any key will do. */
export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

const isHttp = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** @throws UsageError with all faults */
function readProvisionArguments(args: readonly string[]) {
  const { parameter, template, ...values } = parseOptions(args, OPTIONS);
  if (values.help) return undefined;
  const faults: string[] = [];
  const parameters: Record<string, string> = {};
  if (!isHttp(values.endpoint)) faults.push(`--endpoint must be an http(s) URL, not "${values.endpoint}"`);
  if (values.region === '') faults.push('--region is empty');
  for (const text of parameter) {
    try {
      const [key, value] = readPair('parameter')(text);
      parameters[key] = value;
    } catch (error) {
      faults.push((error as Error).message); // a UsageError
    }
  }
  if (template === undefined) faults.unshift('--template is missing');
  if (template === undefined || faults.length > 0) throw new UsageError(faults.join('; '));
  return { ...values, template, parameters };
}

export async function readTemplateFile(path: string, { readFile }: CliProcess): Promise<unknown> {
  try {
    return await parseTemplate(await readFile(path));
  } catch (error) {
    const reason = messageOf(error);
    throw new Error(`Cannot read the template ${path}: ${reason.replace('Cannot read the template: ', '')}`, {
      cause: error,
    });
  }
}

/** A line for a person about one resource. */
export const progressLine = ({ outcome, logicalId, type, note }: ProvisionProgress): string =>
  `  ${outcome.padEnd(9)} ${logicalId} (${type})${note === undefined ? '' : `: ${note}`}\n`;

/** The part of a `--json` line about a template; empty lists without one. */
export function stackReport({ outputs = {}, resources = [] }: Partial<ProvisionedStack> = {}) {
  const listed = resources.map(({ logicalId, type, physicalId, created }) => ({
    logicalId,
    type,
    physicalId,
    created,
  }));
  return { outputs, resources: listed };
}

/**
 * `twelvefold-local provision`: creates a template's resources on a running endpoint.
 *
 * @throws UsageError; Error when the endpoint or the template refuses
 */
export async function runProvision(args: readonly string[], io: CliProcess): Promise<number> {
  const read = readProvisionArguments(args);
  if (read === undefined) {
    io.stdout.write(HELP);
    return 0;
  }
  const { template, endpoint, region, parameters, json } = read;
  const stack = await provision(await readTemplateFile(template, io), {
    endpoint,
    region,
    credentials: CREDENTIALS,
    parameters,
    signal: io.stopped,
    ...(json ? {} : { onProgress: (progress) => io.stdout.write(progressLine(progress)) }),
  });
  if (json) io.stdout.write(`${JSON.stringify({ url: endpoint, region, ...stackReport(stack) })}\n`);
  else for (const [name, value] of Object.entries(stack.outputs)) io.stdout.write(`${name} = ${value}\n`);
  return 0;
}
