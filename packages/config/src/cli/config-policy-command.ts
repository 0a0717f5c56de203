import type { PlannedAccess } from '../plan/plan-access.ts';
import type { ConfigInput, ConfigIo } from './config-io.ts';
import { loadTarget, TARGET_ARGUMENTS, TARGET_OPTIONS } from './config-target.ts';

/** `twelvefold config policy`: the IAM policy that reading the config takes, and no more. AWS is not asked. */
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
    const [region, account, partition] = [input.text('region'), input.text('account'), input.text('partition')];
    const arn = (service: string, rest: string) => `arn:${partition}:${service}:${region}:${account}:${rest}`;
    const Statement = config.plan({ app, stage }).access.map((access) => statementOf(access, arn, region));
    io.stdout.write(`${JSON.stringify({ Version: '2012-10-17', Statement }, null, 2)}\n`);
    return 0;
  },
};

function statementOf(
  { action, on, names }: PlannedAccess,
  arn: (service: string, rest: string) => string,
  region: string,
) {
  const parameters = names.map((name) => arn('ssm', `parameter${name}`));
  const base = { Effect: 'Allow', Action: action };
  switch (on) {
    case 'parameters':
      return { ...base, Resource: parameters };
    case 'secrets':
      // Secrets Manager puts a hyphen and six characters behind a secret's name.
      return { ...base, Resource: names.map((id) => arn('secretsmanager', `secret:${id}-??????`)) };
    case 'anything':
      return { ...base, Resource: '*' };
    case 'keyOfParameters':
      return {
        ...base,
        Resource: arn('kms', 'key/*'),
        Condition: {
          StringEquals: {
            'kms:EncryptionContext:PARAMETER_ARN': parameters,
            'kms:ViaService': `ssm.${region}.amazonaws.com`,
          },
        },
      };
  }
}
