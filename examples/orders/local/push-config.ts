import type { Aws } from '@twelvefold/aws';
import { AwsError, secretsmanager, ssm } from '@twelvefold/aws';
import { app, config } from '../app.ts';

/**
 * The example's values, as an operator would push them to a new stage. None of them is a real
 * secret.
 */
const VALUES: Readonly<Record<string, string>> = {
  'pricing.taxRate': '0.19',
  'payments.apiKey': 'example-api-key-not-real-0000',
};

/**
 * Writes the example's config values where a stage has none yet; values that were pushed before
 * stay. Returns the names it wrote.
 */
export async function pushConfig(aws: Aws, stage: string): Promise<string[]> {
  const written: string[] = [];
  for (const { key, parameter, secretId } of config.plan({ app: app.name, stage }).keys) {
    const value = VALUES[key];
    if (value === undefined) continue;
    if (parameter !== undefined && (await putParameter(aws, parameter, value))) written.push(parameter);
    if (secretId !== undefined && (await putSecret(aws, secretId, value))) written.push(secretId);
  }
  return written;
}

async function putParameter(aws: Aws, name: string, value: string): Promise<boolean> {
  try {
    await aws.call(ssm, 'PutParameter', { Name: name, Value: value, Type: 'String' }, { access: 'write' });
    return true;
  } catch (error) {
    if (AwsError.isInstance(error, 'ParameterAlreadyExists')) return false;
    throw error;
  }
}

/** The stack made the secret, without a value. */
async function putSecret(aws: Aws, id: string, value: string): Promise<boolean> {
  try {
    await aws.call(secretsmanager, 'GetSecretValue', { SecretId: id }, { access: 'read' });
    return false;
  } catch (error) {
    if (!AwsError.isInstance(error, 'ResourceNotFoundException')) throw error;
  }
  await aws.call(secretsmanager, 'PutSecretValue', { SecretId: id, SecretString: value }, { access: 'write' });
  return true;
}
