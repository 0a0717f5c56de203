import type { Fields, Resources } from './sam-resource.ts';
import { isFields } from './sam-resource.ts';

/** The properties by which a SAM resource's parts are named, e.g. `Orders.Alias`, by their type. */
const PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::Deployment': 'Deployment',
  'AWS::ApiGateway::Stage': 'Stage',
  'AWS::ApiGatewayV2::Stage': 'Stage',
  'AWS::Lambda::Alias': 'Alias',
  'AWS::Lambda::Version': 'Version',
};

/** Logical ids by the names that SAM gives them: `Orders.Alias` is `OrdersAliaslive`. */
export type SamReferences = ReadonlyMap<string, string>;

export const referencesOf = (samId: string, expanded: Resources): ReadonlyArray<readonly [string, string]> =>
  Object.entries(expanded).flatMap(([id, { Type }]) => {
    // SAM renames a layer with each change; its own name means the newest.
    if (Type === 'AWS::Lambda::LayerVersion') return [[samId, id] as const];
    const property = PROPERTIES[String(Type)];
    return property === undefined ? [] : [[`${samId}.${property}`, id] as const];
  });

/**
 * `Orders.Alias.Arn` as the generated id and the attribute, and a layer's name as its new id;
 * undefined for another name.
 */
function resolve(path: string, references: SamReferences): { readonly id: string; readonly rest: string } | undefined {
  const [samId = '', property, ...rest] = path.split('.');
  const id = references.get(`${samId}.${property}`);
  if (id !== undefined) return { id, rest: rest.join('.') };
  const renamed = references.get(samId);
  return renamed === undefined ? undefined : { id: renamed, rest: path.split('.').slice(1).join('.') };
}

const replaceInText = (text: string, references: SamReferences): string =>
  text.replace(/\$\{([^!{}][^{}]*)\}/g, (whole, path: string) => {
    const found = resolve(path.trim(), references);
    return found === undefined ? whole : `\${${[found.id, found.rest].filter((part) => part !== '').join('.')}}`;
  });

function replaceFunction(name: string, argument: unknown, references: SamReferences): unknown {
  if (name === 'Ref' && typeof argument === 'string') return resolve(argument, references)?.id ?? argument;
  if (name === 'Fn::GetAtt') {
    const path = [argument].flat().join('.');
    const found = resolve(path, references);
    return found === undefined || found.rest === '' ? argument : [found.id, found.rest];
  }
  if (name !== 'Fn::Sub') return argument;
  if (typeof argument === 'string') return replaceInText(argument, references);
  const [text, ...others] = [argument].flat();
  return typeof text === 'string' ? [replaceInText(text, references), ...others] : argument;
}

/** `value` with the names of SAM in `Ref`, `Fn::GetAtt` and `Fn::Sub` replaced by logical ids. */
export function replaceReferences(value: unknown, references: SamReferences): unknown {
  if (Array.isArray(value)) return value.map((item) => replaceReferences(item, references));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value as Fields).map(([name, member]) => [
      name,
      replaceReferences(replaceFunction(name, member, references), references),
    ]),
  );
}
