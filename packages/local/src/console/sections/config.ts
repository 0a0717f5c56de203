import { dataTable, html } from '../html.ts';
import type { ConsoleContext, Section } from '../section.ts';

interface ConfigValue {
  readonly name: string;
  readonly store: 'parameter' | 'secret';
  /** Masked for secrets and SecureStrings; undefined when it has no value. */
  readonly value: string | undefined;
  readonly version: string;
}

const MASK = '********';

/** Parameters and secrets of the stage. Secrets are masked here and in the JSON. */
export const configSection: Section<readonly ConfigValue[]> = {
  path: 'config',
  title: 'Config',
  read: async (context) => [...(await parameters(context)), ...(await secrets(context))],
  render: (values) =>
    html`${dataTable(
      'Parameters and secrets',
      ['Name', 'Store', 'Value', 'Version'],
      values.map(({ name, store, value, version }) => [name, store, value ?? 'no value yet', version]),
      'The stage has no parameter and no secret.',
    )}<p>Variables of the app's process go over these: .env, and the shell of twelvefold dev.</p>`,
};

async function parameters({ client }: ConsoleContext): Promise<ConfigValue[]> {
  const found: ConfigValue[] = [];
  let NextToken: unknown;
  do {
    const answer = await client.json('ssm', 'GetParametersByPath', {
      Path: '/',
      Recursive: true,
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    const { Parameters = [] } = answer as {
      Parameters?: ReadonlyArray<{ Name: string; Type: string; Value: string; Version: number }>;
    }; // AWS's model
    for (const { Name, Type, Value, Version } of Parameters) {
      const value = Type === 'SecureString' ? MASK : Value;
      found.push({ name: Name, store: 'parameter', value, version: String(Version) });
    }
    ({ NextToken } = answer);
  } while (NextToken !== undefined);
  return found;
}

async function secrets({ client }: ConsoleContext): Promise<ConfigValue[]> {
  const { SecretList = [] } = (await client.json('secretsmanager', 'ListSecrets', {})) as {
    SecretList?: ReadonlyArray<{ Name: string; SecretVersionsToStages?: Readonly<Record<string, readonly string[]>> }>;
  }; // AWS's model
  return SecretList.map(({ Name, SecretVersionsToStages = {} }) => {
    const current = Object.entries(SecretVersionsToStages).find(([, stages]) => stages.includes('AWSCURRENT'));
    return { name: Name, store: 'secret', value: current && MASK, version: current?.[0] ?? '' };
  });
}
