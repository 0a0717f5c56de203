import type { CollectionTag, ScalarTag } from 'yaml';

/**
 * Short forms of CloudFormation's functions: `!Sub x` is `Fn::Sub: x`. `!Ref` and `!Condition` have
 * no prefix.
 */
const FUNCTIONS = [
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAZs',
  'GetAtt',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
];

/** The parser is loaded by the first YAML template, so that JSON and start-up do not pay for it. */
async function parseYaml(text: string): Promise<unknown> {
  const { Pair, Scalar, YAMLMap, isNode, parse } = await import('yaml');
  const names = new Map([
    ['!Ref', 'Ref'],
    ['!Condition', 'Condition'],
    ...FUNCTIONS.map((name): [string, string] => [`!${name}`, `Fn::${name}`]),
  ]);
  const tags = [...names].flatMap(([tag, name]): Array<ScalarTag | CollectionTag> => {
    const call = (value: unknown) => {
      const map = new YAMLMap();
      map.add(new Pair(new Scalar(name), isNode(value) ? value : new Scalar(value)));
      return map;
    };
    return [
      // The attribute is all after the first dot: `!GetAtt Nested.Outputs.Url`.
      { tag, resolve: (written) => ({ [name]: written }) },
      { tag, collection: 'seq', resolve: call },
      { tag, collection: 'map', resolve: call },
    ];
  });
  // YAML 1.2's core schema: dates (`Version: 2012-10-17`) and `AttributeType: N` are strings, as in
  // CloudFormation.
  return parse(text, { customTags: tags, schema: 'core', prettyErrors: true, logLevel: 'error' });
}

/**
 * Parses the text of a template, in JSON or YAML with CloudFormation's short forms.
 *
 * @throws Error with the line and the reason for text that is neither.
 */
export async function parseTemplate(text: string): Promise<unknown> {
  const isJson = text.trimStart().startsWith('{');
  try {
    return isJson ? JSON.parse(text) : await parseYaml(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot read the template: it is not ${isJson ? 'JSON' : 'YAML'} (${reason})`, { cause: error });
  }
}
