import type { PlannedAccess } from '../plan/plan-access.ts';
import type { ConfigInput, ConfigIo } from './config-command.ts';
import { loadTarget, TARGET_ARGUMENTS, TARGET_OPTIONS } from './config-command.ts';

/** The parts of an ARN that depend on where the stack is deployed. */
interface ArnPlace {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/**
 * `twelvefold config policy`: the IAM policy that reading the config takes, and no more. AWS is not
 * asked.
 */
export const configPolicyCommand = {
  name: 'config policy',
  summary: 'Print the least IAM policy that reading the config of a stage takes',
  arguments: TARGET_ARGUMENTS,
  options: {
    ...TARGET_OPTIONS,
    region: { value: 'REGION', description: 'The region', env: 'AWS_REGION', required: true },
    account: { value: 'ID', description: 'The account', required: true, pattern: /^\d{12}$/, expected: '12 digits' },
    partition: { value: 'NAME', description: 'The partition', default: 'aws' },
  },
  run: async (input: ConfigInput, io: Pick<ConfigIo, 'stdout' | 'load'>): Promise<number> => {
    const { app, stage, config } = await loadTarget(input, io, 'write a policy');
    const place = { partition: input.text('partition'), region: input.text('region'), account: input.text('account') };
    const Statement = config.plan({ app, stage }).access.map((access) => statementOf(access, place));
    io.stdout.write(`${JSON.stringify({ Version: '2012-10-17', Statement }, null, 2)}\n`);
    return 0;
  },
};

function statementOf({ action, on, names }: PlannedAccess, place: ArnPlace) {
  const parameters = names.map((name) => parameterArn(name, place));
  const base = { Effect: 'Allow', Action: action };
  switch (on) {
    case 'parameters':
      return { ...base, Resource: parameters };
    case 'secrets':
      return { ...base, Resource: names.map((id) => secretArn(id, place)) };
    case 'anything':
      return { ...base, Resource: '*' };
    case 'keyOfParameters':
      return {
        ...base,
        Resource: `arn:${place.partition}:kms:${place.region}:${place.account}:key/*`,
        Condition: {
          StringEquals: {
            'kms:EncryptionContext:PARAMETER_ARN': parameters,
            'kms:ViaService': `ssm.${place.region}.amazonaws.com`,
          },
        },
      };
  }
}

/** The ARN of a parameter. An ARN stays; the public parameters of AWS belong to no account. */
function parameterArn(name: string, { partition, region, account }: ArnPlace): string {
  if (name.startsWith('arn:')) return name;
  const owner = name.startsWith('/aws/service/') ? '' : account;
  return `arn:${partition}:ssm:${region}:${owner}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

/** The ARN of a secret. Secrets Manager adds a hyphen and six characters to a secret's name. */
function secretArn(id: string, { partition, region, account }: ArnPlace): string {
  if (id.startsWith('arn:')) return id;
  const suffix = id.endsWith('/*') ? '' : '-??????';
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:${id}${suffix}`;
}
