import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktn/hcl2json';

/** A block's arguments and nested blocks: each nested block is a list. */
export type Block = Readonly<Record<string, unknown>>;
type Blocks = Readonly<Record<string, Readonly<Record<string, readonly Block[]>>>>;

/** A folder of Terraform files, read by HashiCorp's HCL parser. */
export interface TerraformModule {
  /** The block `resource "type" "name"`, with its references replaced. */
  resource(type: string, name: string): Block;
  /** The statements of `data "aws_iam_policy_document" "name"`: `Allow action on resource`. */
  statements(name: string): string[];
  /** The value of an argument that is `jsonencode(...)`. */
  decoded(type: string, name: string, argument: string): Promise<unknown>;
}

/**
 * Reads a module.
 *
 * @param values the values of references, e.g. `{ 'var.app': 'catalog' }`; others stay as they are
 */
export async function readTerraform(
  folder: string,
  values: Readonly<Record<string, string>>,
): Promise<TerraformModule> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  const parsed = await Promise.all(files.map((name) => parse(name, readFileSync(join(folder, name), 'utf8'))));
  const variables: Record<string, string> = {};
  for (const { variable = {} } of parsed as { variable?: Readonly<Record<string, readonly Block[]>> }[]) {
    for (const [name, [block]] of Object.entries(variable)) {
      if (block?.default !== undefined) variables[`var.${name}`] = String(block.default);
    }
  }
  const known: Readonly<Record<string, string>> = { ...variables, ...values };
  const replaced = (text: string): string => {
    const once = text.replace(/\$\{([\w.]+)\}/g, (whole, name: string) => known[name] ?? whole);
    return once === text ? text : replaced(once);
  };
  const asText = (_: string, value: unknown): unknown => {
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return typeof value === 'string' ? replaced(value) : value;
  };
  const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value), asText);
  const find = (kind: 'resource' | 'data', type: string, name: string): Block => {
    const found = (parsed as { [kind: string]: Blocks }[]).flatMap((file) => file[kind]?.[type]?.[name] ?? []);
    const [block] = found;
    if (!block) throw new Error(`${folder} has no ${kind} ${type}.${name}`);
    return block;
  };
  return {
    resource: (type, name) => plain(find('resource', type, name)),
    statements: (name) => {
      const { statement } = plain(find('data', 'aws_iam_policy_document', name));
      return (statement as readonly Block[])
        .flatMap(({ effect = 'Allow', actions, resources }) =>
          (actions as readonly string[]).flatMap((action) =>
            [resources].flat().map((on) => `${effect} ${action} on ${on}`),
          ),
        )
        .sort();
    },
    decoded: async (type, name, argument) => {
      const text = String(find('resource', type, name)[argument]);
      const [, expression] = /^\$\{jsonencode\(([\s\S]*)\)\}$/.exec(text) ?? [];
      const { value } = await parse('value.tf', `value = ${expression}\n`);
      return plain(value);
    },
  };
}
