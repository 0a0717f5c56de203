import { dataTable, html } from '../html.ts';
import type { ListPage } from '../list-page.ts';
import { pageLinks, pageOf, readAll } from '../list-page.ts';
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
export const configSection: Section<ListPage<ConfigValue>> = {
  path: 'config',
  title: 'Config',
  read: async (context, { search }) => pageOf([...(await parameters(context)), ...(await secrets(context))], search),
  render: (page, { search }) =>
    html`${dataTable(
      'Parameters and secrets',
      ['Name', 'Store', 'Value', 'Version'],
      page.rows.map(({ name, store, value, version }) => [name, store, value ?? 'no value yet', version]),
      'The stage has no parameter and no secret.',
    )}${pageLinks(page, search)}<p>Variables of the app's process go over these: .env, and the shell of twelvefold dev.</p>`,
};

const parameters = ({ client }: ConsoleContext): Promise<ConfigValue[]> =>
  readAll(async (NextToken) => {
    const path = { Path: '/', Recursive: true };
    const answer = await client.json('ssm', 'GetParametersByPath', NextToken ? { ...path, NextToken } : path);
    const { Parameters = [] } = answer as {
      Parameters?: ReadonlyArray<{ Name: string; Type: string; Value: string; Version: number }>;
    }; // AWS's model
    const items = Parameters.map(({ Name, Type, Value, Version }): ConfigValue => {
      const value = Type === 'SecureString' ? MASK : Value;
      return { name: Name, store: 'parameter', value, version: String(Version) };
    });
    return { items, token: answer.NextToken };
  });

const secrets = ({ client }: ConsoleContext): Promise<ConfigValue[]> =>
  readAll(async (NextToken) => {
    const answer = await client.json('secretsmanager', 'ListSecrets', NextToken ? { NextToken } : {});
    const { SecretList = [] } = answer as {
      SecretList?: ReadonlyArray<{
        Name: string;
        SecretVersionsToStages?: Readonly<Record<string, readonly string[]>>;
      }>;
    }; // AWS's model
    const items = SecretList.map(({ Name, SecretVersionsToStages = {} }): ConfigValue => {
      const current = Object.entries(SecretVersionsToStages).find(([, stages]) => stages.includes('AWSCURRENT'));
      return { name: Name, store: 'secret', value: current && MASK, version: current?.[0] ?? '' };
    });
    return { items, token: answer.NextToken };
  });
