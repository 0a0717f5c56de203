import type { Shape } from './shape.ts';
import { anyText, fields, isFields, kinds, list, oneOf, record, text, whole } from './shape.ts';

const key = text(/^[a-z][A-Za-z0-9]*$/, 'camelCase letters and digits');
const words = text(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens');
const attribute = text(/^[^\s]{1,255}$/, 'an attribute name');
/** Without the stage in it, two stages would share what has the name. */
const staged = (characters: string, hint: string, end = ''): Shape =>
  text(new RegExp(`^${characters}*\\{stage\\}${characters}*${end}$`), `${hint} with {stage} in it`);
/** The end of the name of what keeps order. */
const FIFO = '(\\.fifo)?';
const action = text(/^[a-z0-9-]+:[A-Za-z]+$/, 'one IAM action without a wildcard, e.g. sqs:SendMessage');

const base = (kind: string, name: Shape, ...values: readonly string[]) => ({
  kind: oneOf(kind),
  key,
  physicalName: name,
  binding: fields({
    env: text(/^TWELVEFOLD_[A-Z0-9_]+_(URL|ARN|NAME)$/, 'TWELVEFOLD_<KEY>_URL, _ARN or _NAME'),
    parameter: staged('[A-Za-z0-9_./-]', 'a Parameter Store name'),
    value: oneOf(...values),
  }),
});

/** What an SNS filter policy compares an attribute with. */
const conditions: Shape = (value, at) =>
  Array.isArray(value) && value.length > 0 ? [] : [`${at} is not a list of conditions`];

/** SQS's limits: visibility up to 12 hours, retention from a minute to 14 days, 1 to 1,000 receives. */
const queue = fields(
  {
    ...base('queue', staged('[A-Za-z0-9_-]', 'a queue name', FIFO), 'url', 'arn', 'name'),
    visibilitySeconds: whole(0, 43_200),
    retentionSeconds: whole(60, 1_209_600),
    subscribe: list(key),
  },
  {
    deadLetter: fields({ resource: key, maxReceives: whole(1, 1_000) }),
    fifo: oneOf(true),
    filters: record(key, record(attribute, conditions)),
  },
);

const topic = fields(base('topic', staged('[A-Za-z0-9_-]', 'a topic name', FIFO), 'arn', 'name'), {
  fifo: oneOf(true),
  // SNS: 1 KiB to 1 MiB.
  maxMessageBytes: whole(1_024, 1_048_576),
});

const table = fields(
  { ...base('table', staged('[A-Za-z0-9_.-]', 'a table name'), 'name', 'arn'), partitionKey: attribute },
  { sortKey: attribute, ttlAttribute: attribute },
);

const resource = kinds({ queue, topic, table });

const component = fields({
  name: words,
  entry: text(/^([A-Za-z0-9_-]+\/)*[A-Za-z0-9_-]+\.[cm]?js$/, 'a built entry, e.g. lambda/orders.js'),
  export: oneOf('handler'),
  trigger: kinds({
    http: fields({ kind: oneOf('http') }),
    queue: fields({ kind: oneOf('queue'), resource: key }),
    invoke: fields({ kind: oneOf('invoke') }),
  }),
  grants: list(fields({ resource: key, actions: list(action) })),
});

const configKey = text(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'a config key, e.g. pricing.taxRate');
/** Names that this stack does not make may be of all stages. */
const kept =
  (own: Shape, shared: Shape): Shape =>
  (value, at) =>
    isFields(value) && value.shared === true ? shared(value, at) : own(value, at);
const NAME = ['[A-Za-z0-9_./-]', 'a Parameter Store name'] as const;
const ID = ['[A-Za-z0-9_./+=@-]', "a secret's name"] as const;
const nameOrArn = text(/^[A-Za-z0-9_./:{}-]+$/, 'a Parameter Store name, or an ARN');
const idOrArn = text(/^[A-Za-z0-9_./+=@!:{}-]+$/, "a secret's name, or an ARN");

const config = fields(
  {
    parameters: list(
      kept(
        fields({ key: configKey, name: staged(...NAME) }, { default: anyText }),
        fields({ key: configKey, name: nameOrArn, shared: oneOf(true) }),
      ),
    ),
    secrets: list(
      kept(fields({ key: configKey, id: staged(...ID) }), fields({ key: configKey, id: idOrArn, shared: oneOf(true) })),
    ),
  },
  {
    access: list(
      fields({
        action: oneOf(
          'ssm:GetParameters',
          'ssm:GetParametersByPath',
          'secretsmanager:GetSecretValue',
          'secretsmanager:BatchGetSecretValue',
          'kms:Decrypt',
        ),
        on: oneOf('parameters', 'secrets', 'keyOfParameters', 'anything'),
        names: list(text(/^[A-Za-z0-9_./+=@!:{}-]+$/, "a parameter's name or a secret's")),
      }),
    ),
  },
);

/** What version 1 of the manifest looks like. */
export const manifestShape = fields(
  {
    version: oneOf(1),
    app: words,
    components: list(component),
    resources: list(resource),
    config,
  },
  { notes: list(anyText) },
);
