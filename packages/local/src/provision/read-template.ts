type Fields = Readonly<Record<string, unknown>>;

export interface TemplateResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Fields;
  readonly metadata: Fields;
  readonly dependsOn: readonly string[];
  readonly condition: string | undefined;
}

export interface TemplateOutput {
  readonly name: string;
  readonly value: unknown;
  readonly condition: string | undefined;
}

/** A CloudFormation template whose outer shape has been checked. */
export interface ReadTemplate {
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

function readResource([logicalId, section]: [string, Fields]): TemplateResource {
  const at = `Resources.${logicalId}`;
  const type = optionalText(section.Type, `${at}.Type`);
  if (type === undefined) throw new TypeError(`Cannot read the template: ${at} has no Type`);
  return {
    logicalId,
    type,
    properties: fields(section.Properties, `${at}.Properties`),
    metadata: fields(section.Metadata, `${at}.Metadata`),
    dependsOn: readDependsOn(section.DependsOn, `${at}.DependsOn`),
    condition: optionalText(section.Condition, `${at}.Condition`),
  };
}

/** @throws TypeError for what is not a CloudFormation template, and for one that needs a transform first. */
export function readTemplate(template: unknown): ReadTemplate {
  if (!isFields(template) || !isFields(template.Resources)) {
    throw new TypeError('Cannot read the template: it is not an object with Resources');
  }
  if (template.Transform !== undefined) {
    throw new TypeError(
      `Cannot read the template: it uses the transform ${JSON.stringify(template.Transform)}; expand it first`,
    );
  }
  return {
    parameters: Object.fromEntries(sections(template.Parameters, 'Parameters')),
    mappings: fields(template.Mappings, 'Mappings'),
    conditions: fields(template.Conditions, 'Conditions'),
    resources: sections(template.Resources, 'Resources').map(readResource),
    outputs: sections(template.Outputs, 'Outputs').map(([name, output]) => ({
      name,
      value: output.Value,
      condition: optionalText(output.Condition, `Outputs.${name}.Condition`),
    })),
  };
}
