import { createHash } from 'node:crypto';
import type { Form } from './listed-types.ts';
import { LISTED_TYPES } from './listed-types.ts';
import type { Pseudo } from './parameters.ts';
import type { Properties } from './properties.ts';
import { optionalText } from './properties.ts';
import { UnknownValueError } from './unknown-value.ts';

/** The values that `Ref` and `Fn::GetAtt` give for a resource that is not created. */
export interface ListedResource {
  /** The value of `Ref` where it is known, else the name. */
  readonly physicalId: string;
  /** @throws UnknownValueError for a type whose value is not documented here. */
  ref(): string;
  /** @throws UnknownValueError for an attribute that only AWS can give. */
  attribute(name: string): string;
}

/** Naming properties that do not follow from the type. */
const NAMING: Readonly<Record<string, string>> = { LayerVersion: 'LayerName', TaskDefinition: 'Family' };

/** The property that holds the name, if the template gives one. */
function namingProperty(kind: string, properties: Properties): string | undefined {
  const names = [`${kind}Name`, 'Name', NAMING[kind] ?? `${kind}Id`, `${kind}Identifier`];
  return names.find((name) => properties[name] !== undefined);
}

/** An ARN's form begins with its service. */
const IS_ARN = /^[a-z0-9]+:(?!\/\/)/;
const PLACEHOLDER = /\{(\w+)(?:=([^}]*))?\}/g;

/**
 * Lists a resource under the values that CloudFormation documents for its type. Generated ids have
 * the form of AWS's and are the same in every run.
 *
 * @param defaultName - the name where the template gives none
 */
export function listResource(
  logicalId: string,
  type: string,
  properties: Properties,
  defaultName: string,
  pseudo: Pick<Pseudo, 'account' | 'partition' | 'region' | 'urlSuffix'>,
): ListedResource {
  const kind = type.split('::')[2] ?? 'Resource';
  const hash = createHash('sha256').update(`${type} ${defaultName}`).digest('hex');
  // S3 takes lower-case names only, and CloudFormation generates them so.
  const generated = type === 'AWS::S3::Bucket' ? defaultName.toLowerCase() : defaultName;
  const naming = namingProperty(kind, properties);
  const values: Record<string, string> = {
    region: pseudo.region,
    account: pseudo.account,
    suffix: pseudo.urlSuffix,
    ...(naming === undefined ? { name: generated } : {}),
    id: hash.slice(0, 10),
    rootId: hash.slice(-10),
    id16: hash.slice(0, 16),
    id17: hash.slice(0, 17),
    uuid: hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5'),
  };
  const known = Object.hasOwn(LISTED_TYPES, type) ? LISTED_TYPES[type] : undefined;
  const unknown = (what: string) =>
    new UnknownValueError(`${logicalId} (${type}) is only listed, so ${what} is not known here`);

  function fill(form: Form, what: string): string {
    const property = (name: string) => {
      // A property that is itself not known here is still a function call, hence an object.
      if (typeof properties[name] === 'object') throw unknown(what);
      return optionalText(properties, name);
    };
    const written = typeof form === 'function' ? form(property) : form;
    if (written === '') throw unknown(what);
    const filled = written.replace(PLACEHOLDER, (_, key: string, fallback: string | undefined) => {
      if (key === 'arn') return fill(known?.arn ?? '', what);
      if (Object.hasOwn(values, key)) return values[key] ?? '';
      const given = property(key === 'name' ? (naming ?? key) : key) ?? fallback;
      if (given === undefined) throw unknown(what);
      return given;
    });
    return IS_ARN.test(written) ? `arn:${pseudo.partition}:${filled}` : filled;
  }

  const ref = () => fill(known?.ref ?? '', 'its Ref');
  const given = naming === undefined ? generated : properties[naming];
  let physicalId = typeof given === 'string' ? given : defaultName;
  try {
    physicalId = ref();
  } catch (error) {
    if (!(error instanceof UnknownValueError)) throw error;
  }
  return {
    physicalId,
    ref,
    attribute: (name) => {
      if (name === 'Arn' && known?.arn !== undefined) return fill(known.arn, 'its Arn');
      const attributes = known?.attributes ?? {};
      return fill(Object.hasOwn(attributes, name) ? (attributes[name] ?? '') : '', `its ${name}`);
    },
  };
}
