import type { Scope } from './intrinsics.ts';
import { resolveIntrinsics, text } from './intrinsics.ts';
import { expandSam, isSam } from './sam/expand-sam.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface TemplateResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Fields;
  readonly metadata: Fields;
  readonly dependsOn: readonly string[];
  readonly condition: string | undefined;
  readonly description: string | undefined;
  /** `Retain` and others; undefined stands for `Delete`. */
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
}

export interface TemplateOutput {
  readonly name: string;
  readonly value: unknown;
  readonly condition: string | undefined;
  readonly description: string | undefined;
  /** `Export.Name`, undefined for an output that is not exported. */
  readonly exportName: unknown;
}

/** A CloudFormation template whose outer shape has been checked. */
export interface ReadTemplate {
  readonly description: string | undefined;
  readonly parameters: Readonly<Record<string, Fields>>;
  readonly mappings: Fields;
  readonly conditions: Fields;
  /** In the order of the template. */
  readonly resources: readonly TemplateResource[];
  readonly outputs: readonly TemplateOutput[];
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fields(value: unknown, what: string): Fields {
  if (value === undefined) return {};
  if (!isFields(value)) throw new TypeError(`Cannot read the template: ${what} is not an object`);
  return value;
}

const sections = (value: unknown, what: string): Array<[string, Fields]> =>
  Object.entries(fields(value, what)).map(([name, section]) => [name, fields(section, `${what}.${name}`)]);

function optionalText(value: unknown, what: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new TypeError(`Cannot read the template: ${what} is not a string`);
}

function readDependsOn(value: unknown, what: string): string[] {
  const names = value === undefined ? [] : [value].flat();
  if (names.every((name) => typeof name === 'string')) return names;
  throw new TypeError(`Cannot read the template: ${what} is not a logical id or a list of them`);
}

/** A macro that would add resources, e.g. AWS::Include: listed, because its text is elsewhere. */
const macroResource = (section: Fields): TemplateResource => ({
  logicalId: 'Fn::Transform',
  type: String(section.Name ?? 'Fn::Transform'),
  properties: fields(section.Parameters, 'Resources.Fn::Transform.Parameters'),
  metadata: {},
  dependsOn: [],
  condition: undefined,
  description: undefined,
  deletionPolicy: undefined,
  updateReplacePolicy: undefined,
});

const given = (value: unknown) => (typeof value === 'string' ? value : undefined);

function readResource([logicalId, section]: [string, Fields]): TemplateResource {
  const at = `Resources.${logicalId}`;
  if (logicalId === 'Fn::Transform') return macroResource(section);
  const type = optionalText(section.Type, `${at}.Type`);
  if (type === undefined) throw new TypeError(`Cannot read the template: ${at} has no Type`);
  return {
    logicalId,
    type,
    properties: fields(section.Properties, `${at}.Properties`),
    metadata: fields(section.Metadata, `${at}.Metadata`),
    dependsOn: readDependsOn(section.DependsOn, `${at}.DependsOn`),
    condition: optionalText(section.Condition, `${at}.Condition`),
    description: given(section.Description),
    deletionPolicy: given(section.DeletionPolicy),
    updateReplacePolicy: given(section.UpdateReplacePolicy),
  };
}

/**
 * @throws TypeError for what is not a CloudFormation template, and for one that needs another
 *   transform than SAM's.
 */
export function readTemplate(template: unknown): ReadTemplate {
  if (!isFields(template) || !isFields(template.Resources)) {
    throw new TypeError('Cannot read the template: it is not an object with Resources');
  }
  if (isSam(template)) return readTemplate(expandSam(template));
  if (template.Transform !== undefined) {
    throw new TypeError(
      `Cannot read the template: it uses the transform ${JSON.stringify(template.Transform)}; expand it first`,
    );
  }
  return {
    description: given(template.Description),
    parameters: Object.fromEntries(sections(template.Parameters, 'Parameters')),
    mappings: fields(template.Mappings, 'Mappings'),
    conditions: fields(template.Conditions, 'Conditions'),
    resources: sections(template.Resources, 'Resources').map(readResource),
    outputs: sections(template.Outputs, 'Outputs').map(([name, output]) => ({
      name,
      value: output.Value,
      condition: optionalText(output.Condition, `Outputs.${name}.Condition`),
      description: given(output.Description),
      exportName: fields(output.Export, `Outputs.${name}.Export`).Name,
    })),
  };
}

/**
 * The template's conditions, evaluated when asked for. They may look at parameters, mappings and
 * each other, not at resources.
 *
 * @throws Error from the returned function for a condition that does not exist, that refers to
 *   itself, or that is not one.
 */
export function createConditions(conditions: Fields, scope: Omit<Scope, 'condition'>): (name: string) => boolean {
  const known = new Map<string, boolean>();
  const open = new Set<string>();

  function byName(name: string): boolean {
    const evaluated = known.get(name);
    if (evaluated !== undefined) return evaluated;
    if (!Object.hasOwn(conditions, name)) throw new Error(`the template has no condition ${name}`);
    if (open.has(name)) throw new Error(`the condition ${name} refers to itself (${[...open, name].join(' -> ')})`);
    open.add(name);
    const result = evaluate(conditions[name], name);
    open.delete(name);
    known.set(name, result);
    return result;
  }

  const full: Scope = { ...scope, condition: byName };

  function evaluate(value: unknown, at: string): boolean {
    const [entry, ...others] = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    const operands = (): boolean[] => {
      if (!Array.isArray(entry?.[1]))
        throw new Error(`Cannot evaluate the condition ${at}: ${entry?.[0]} takes a list`);
      return entry[1].map((item) => evaluate(item, at));
    };
    if (entry !== undefined && others.length === 0) {
      const [name, argument] = entry;
      if (name === 'Condition') return byName(text(argument, `the condition named in ${at}`));
      if (name === 'Fn::Not') return operands()[0] === false;
      if (name === 'Fn::And') return operands().every(Boolean);
      if (name === 'Fn::Or') return operands().some(Boolean);
      if (name === 'Fn::Equals' && Array.isArray(argument) && argument.length === 2) {
        const [left, right] = argument.map((side) => resolveIntrinsics(side, full, `Conditions.${at}`));
        return text(left, 'each side of Fn::Equals') === text(right, 'each side of Fn::Equals');
      }
    }
    throw new Error(
      `Cannot evaluate the condition ${at}: it must be Fn::Equals with two values, Fn::And, Fn::Or, Fn::Not or Condition`,
    );
  }

  return byName;
}
