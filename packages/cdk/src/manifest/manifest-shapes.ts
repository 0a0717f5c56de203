import type { Shape } from './shape.ts';
import { anyText, fields, isFields, kinds, list, oneOf, text, whole } from './shape.ts';

const key = text(/^[a-z][A-Za-z0-9]*$/, 'camelCase letters and digits');
const kind = text(/^[a-z][A-Za-z0-9]*(-[a-z0-9]+)*$/, 'a kind, e.g. queue');
const words = text(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens');
/** Without the stage in it, two stages would share what has the name. */
const staged = (characters: string, hint: string): Shape =>
  text(new RegExp(`^${characters}*\\{stage\\}${characters}*$`), `${hint} with {stage} in it`);
const action = text(/^[a-z0-9-]+:[A-Za-z]+$/, 'one IAM action without a wildcard, e.g. sqs:SendMessage');

/** JSON that CloudFormation checks. */
const value: Shape = () => [];
const object: Shape = (given, at) => (isFields(given) ? [] : [`${at} is not an object`]);
const logicalId = text(/^[A-Za-z0-9]{1,255}$/, 'a logical id of letters and digits');

const resource = fields(
  {
    key,
    kind,
    driver: kind,
    physicalName: staged('[A-Za-z0-9_.-]', 'a name'),
    details: object,
    modules: list(anyText),
  },
  {
    binding: fields(
      {
        env: text(/^TWELVEFOLD_[A-Z0-9_]+_(URL|ARN|NAME)$/, 'TWELVEFOLD_<KEY>_URL, _ARN or _NAME'),
        parameter: staged('[A-Za-z0-9_./-]', 'a Parameter Store name'),
        value: oneOf('url', 'arn', 'name'),
      },
      { from: value },
    ),
    arns: list(value),
    parts: object,
    schema: object,
    cloudFormation: list(
      fields(
        { id: logicalId, type: text(/^[A-Za-z0-9]+(::[A-Za-z0-9]+){2,3}$/, 'a resource type'), properties: object },
        { dependsOn: list(logicalId), keepsData: oneOf(true) },
      ),
    ),
  },
);

const configKey = text(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'a config key, e.g. pricing.taxRate');

const configAccess = fields({
  action: oneOf(
    'ssm:GetParameters',
    'secretsmanager:GetSecretValue',
    'secretsmanager:BatchGetSecretValue',
    'kms:Decrypt',
  ),
  on: oneOf('parameters', 'secrets', 'keyOfParameters', 'anything'),
  names: list(
    text(/^[A-Za-z0-9_./+=@!:{}-]+(\/\*)?$/, "a parameter's name or a secret's, or a section that ends with /*"),
  ),
});

/** The part of a manifest that a function is made from. */
const coded = {
  entry: text(/^([A-Za-z0-9_-]+\/)*[A-Za-z0-9_-]+\.[cm]?js$/, 'a built entry, e.g. lambda/orders.js'),
  export: oneOf('handler'),
  grants: list(fields({ resource: key, actions: list(action) }, { part: anyText })),
  uses: list(key),
  modules: list(anyText),
};

const component = fields(
  {
    ...coded,
    name: words,
    trigger: kinds({
      http: fields({ kind: oneOf('http') }, { streaming: oneOf(true) }),
      // SQS's limits: visibility up to 12 hours, 1 to 1,000 receives.
      queue: fields(
        { kind: oneOf('queue'), resource: key, visibilitySeconds: whole(0, 43_200) },
        { maxReceives: whole(1, 1_000) },
      ),
      invoke: fields({ kind: oneOf('invoke') }),
    }),
  },
  { config: fields({ reads: list(configKey), access: list(configAccess) }) },
);

const supervisor = fields({
  ...coded,
  name: oneOf('supervisor'),
  tasks: list(words),
  schedules: list(
    fields({
      name: staged('[A-Za-z0-9_.-]', 'a name'),
      task: words,
      expression: text(/^(rate|cron)\([^()]+\)$/, 'rate(...) or cron(...)'),
      timeZone: text(/^[A-Za-z0-9_+/-]+$/, 'a time zone, e.g. Europe/Berlin'),
      // A run of yesterday helps no user: Scheduler would try 185 times.
      retries: whole(0, 2),
      input: object,
    }),
  ),
});

/** Names that this stack does not make may be of all stages. */
const eitherShape =
  (ofStack: Shape, shared: Shape): Shape =>
  (value, at) =>
    isFields(value) && value.shared === true ? shared(value, at) : ofStack(value, at);
const NAME = ['[A-Za-z0-9_./-]', 'a Parameter Store name'] as const;
const ID = ['[A-Za-z0-9_./+=@-]', "a secret's name"] as const;
const nameOrArn = text(/^[A-Za-z0-9_./:{}-]+$/, 'a Parameter Store name, or an ARN');
const idOrArn = text(/^[A-Za-z0-9_./+=@!:{}-]+$/, "a secret's name, or an ARN");

const config = fields({
  parameters: list(
    eitherShape(
      fields({ key: configKey, name: staged(...NAME) }, { default: anyText }),
      fields({ key: configKey, name: nameOrArn, shared: oneOf(true) }),
    ),
  ),
  secrets: list(
    eitherShape(
      fields({ key: configKey, id: staged(...ID) }),
      fields({ key: configKey, id: idOrArn, shared: oneOf(true) }),
    ),
  ),
});

/** The shape of version 2 of the manifest. */
export const manifestShape = fields(
  {
    version: oneOf(2),
    app: words,
    components: list(component),
    resources: list(resource),
    config,
  },
  { supervisor, notes: list(anyText) },
);
