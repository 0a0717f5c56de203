import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProvisionedStack } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';

type ProvisionedResource = ProvisionedStack['resources'][number];

const TEMPLATES = join(import.meta.dirname, '../templates');
const CONNECTION = { region: 'eu-west-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** The text of `infra/templates/<name>.yaml`. */
export const templateText = (name: string): string => readFileSync(join(TEMPLATES, `${name}.yaml`), 'utf8');

/**
 * Provisions a template on a separate endpoint: its resources with every reference resolved.
 * Numbers and booleans are text, because CloudFormation takes both forms, and parameters give text.
 * The endpoint of URLs is the same for all.
 */
export async function resolveTemplate(
  template: unknown,
  parameters: Readonly<Record<string, string>> = {},
): Promise<ProvisionedStack> {
  await using aws = await startLocalAws();
  const stack = await provision(template, { ...CONNECTION, endpoint: aws.url, parameters, stackName: 'parity' });
  const text = JSON.stringify(stack.resources).replaceAll(aws.url, 'https://endpoint');
  return { ...stack, resources: JSON.parse(text, asText) };
}

function asText(_: string, value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

/** The resources of a type, which must be there. */
export function ofType({ resources }: ProvisionedStack, type: string): ProvisionedResource[] {
  const found = resources.filter((resource) => resource.type === type);
  if (found.length === 0) throw new Error(`The template has no ${type}`);
  return found;
}

/** The only resource of a type, or the one whose property has that value. */
export function named(stack: ProvisionedStack, type: string, property?: string, value?: string): ProvisionedResource {
  const found = ofType(stack, type).filter(
    ({ properties }) => property === undefined || properties[property] === value,
  );
  const [one, ...others] = found;
  if (!one || others.length > 0) throw new Error(`The template has ${found.length} ${type} ${value ?? ''}`);
  return one;
}

/** Some properties of a resource, for a comparison. */
export function pick({ properties }: ProvisionedResource, ...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, properties[name]]));
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** The inline statements of a role, action by action: `Allow sqs:SendMessage on arn:...`. */
export function statementsOf({ properties }: ProvisionedResource): string[] {
  const policies = (properties.Policies ?? []) as ReadonlyArray<{
    PolicyDocument: { Statement: readonly Statement[] };
  }>; // IAM's model
  return statementLines(policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement));
}

/** Statements, action by action and resource by resource. */
export function statementLines(statements: readonly Statement[]): string[] {
  return statements
    .filter((statement) => typeof statement === 'object')
    .flatMap(({ Effect, Action, Resource, Condition }) =>
      [Action].flat().flatMap((action) =>
        [Resource].flat().map((on) => {
          const condition = Condition === undefined ? '' : ` if ${JSON.stringify(Condition)}`;
          return `${Effect} ${action} on ${typeof on === 'string' ? on : JSON.stringify(on)}${condition}`;
        }),
      ),
    )
    .sort();
}
