import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { fargate, lambda } from './compute/placement.ts';
import type { TwelveFactorAppProps } from './props.ts';
import { shopManifest } from './testing/shop-manifest.fixture.ts';
import { newStack, shopProps } from './testing/synthesize.fixture.ts';
import { TwelveFactorApp } from './twelve-factor-app.ts';

/** A manifest comes from JSON, so a test may give what its type does not allow. */
type Loose = Readonly<Record<string, unknown>>;

const { resources, components, config } = shopManifest;
const [http, carts, mails, closeCarts] = components;
const [cartsQueue, deadLetters, mailsQueue, ...otherResources] = resources;
if (!cartsQueue || !deadLetters || !mailsQueue) throw new Error('the fixture begins with three queues');

/** The faults that the error lists, which must be thrown before anything is added to the stack. */
function faultsOf(manifest: Loose | string | null, props: Loose = {}): string[] {
  const stack = newStack();
  // The wrong types are the point.
  const given = { ...shopProps, ...props, manifest } as unknown as TwelveFactorAppProps;
  let message = '';
  try {
    new TwelveFactorApp(stack, 'App', given);
  } catch (error) {
    message = error instanceof TypeError ? error.message : `not a TypeError: ${error}`;
  }
  expect(stack.node.findAll()).toEqual([stack]);
  const [head, ...lines] = message.split('\n');
  expect(head).toMatch(new RegExp(`^Cannot synthesize the app(?: '[Ss]hop')?: ${lines.length} faults?$`));
  return lines.map((line) => line.replace(/^ {2}- /, ''));
}

const changed = (changes: Loose): Loose => ({ ...shopManifest, ...changes });
const withResources = (...changes: readonly object[]) => changed({ resources: [...changes, ...otherResources] });
const withComponents = (...changes: readonly Loose[]) => changed({ components: changes });

describe('the shape of a manifest', () => {
  it.each([
    [null, 'manifest is null, not an object'],
    ['{}', 'manifest is "{}", not an object'],
  ])('refuses %j', (manifest, fault) => {
    expect(faultsOf(manifest)).toEqual([fault]);
  });

  it('refuses another version before anything else', () => {
    expect(faultsOf({ ...changed({ version: 1 }), components: 'elsewhere' })).toEqual([
      'version is 1, but this version of @twelvefold/cdk reads version 2',
    ]);
  });

  it('lists what is missing', () => {
    expect(faultsOf({})).toEqual([
      'manifest.version is missing',
      'manifest.app is missing',
      'manifest.components is missing',
      'manifest.resources is missing',
      'manifest.config is missing',
    ]);
  });

  it('lists every fault at once, each with its place', () => {
    const manifest = {
      ...withResources(
        { ...cartsQueue, kind: 'A stream' },
        { ...deadLetters, physicalName: 'shop-carts-dead-letter', cloudFormation: [{ id: 'A-B', type: 'Queue' }] },
        { ...mailsQueue, sharded: true, binding: { ...mailsQueue.binding, env: 'MAILS_URL' } },
      ),
      app: 'Shop',
      components: [
        { ...http, entry: '../http.js', export: 'main' },
        { ...carts, trigger: { kind: 'schedule' } },
        {
          ...mails,
          trigger: { ...mails.trigger, visibilitySeconds: 50_000 },
          grants: [{ resource: 'rows', actions: ['dynamodb:*'] }],
        },
      ],
      config: { parameters: [{ key: 'pricing.taxRate', name: '/shop/pricing/taxRate' }], secrets: {} },
    };
    expect(faultsOf(manifest)).toEqual([
      'manifest.app is "Shop", not lower-case words joined by hyphens',
      'manifest.components[0].entry is "../http.js", not a built entry, e.g. lambda/orders.js',
      'manifest.components[0].export is "main", not "handler"',
      'manifest.components[1].trigger.kind is "schedule", not "http" or "queue" or "invoke"',
      'manifest.components[2].grants[0].actions[0] is "dynamodb:*", not one IAM action without a wildcard, e.g. sqs:SendMessage',
      'manifest.components[2].trigger.visibilitySeconds is 50000, not a whole number from 0 to 43200',
      'manifest.resources[0].kind is "A stream", not a kind, e.g. queue',
      'manifest.resources[1].physicalName is "shop-carts-dead-letter", not a name with {stage} in it',
      'manifest.resources[1].cloudFormation[0].id is "A-B", not a logical id of letters and digits',
      'manifest.resources[1].cloudFormation[0].type is "Queue", not a resource type',
      'manifest.resources[1].cloudFormation[0].properties is missing',
      'manifest.resources[2].sharded is not a field that this version of @twelvefold/cdk knows',
      'manifest.resources[2].binding.env is "MAILS_URL", not TWELVEFOLD_<KEY>_URL, _ARN or _NAME',
      'manifest.config.parameters[0].name is "/shop/pricing/taxRate", not a Parameter Store name with {stage} in it',
      'manifest.config.secrets is not a list',
    ]);
  });

  it('is not fooled by names that every object has', () => {
    const inherited = withComponents(http, { ...carts, trigger: { kind: 'constructor' } });
    expect(faultsOf(inherited)).toEqual([
      'manifest.components[1].trigger.kind is "constructor", not "http" or "queue" or "invoke"',
    ]);
    expect(faultsOf(shopManifest, { compute: { ...shopProps.compute, toString: lambda() } })).toEqual([
      "compute has 'toString', which is not a component (components: http, carts, mails, close-carts)",
    ]);
  });

  it('lets no text into the template that CloudFormation would read as a reference', () => {
    const reference = ['shop-{stage}-', '{AWS::AccountId}'].join('$');
    expect(faultsOf(withResources({ ...cartsQueue, physicalName: reference }, deadLetters, mailsQueue))).toHaveLength(
      1,
    );
  });
});

describe('what a manifest says', () => {
  it('refuses grants and triggers on resources that are not there, and grants that no ARN is known for', () => {
    const manifest = {
      ...withComponents(
        { ...http, grants: [{ resource: 'orders', actions: ['sqs:SendMessage'] }] },
        { ...carts, uses: ['nothing'] },
        mails,
        { ...closeCarts, trigger: { kind: 'queue', resource: 'nowhere', visibilitySeconds: 30, maxReceives: 5 } },
      ),
      resources: resources.map((one) => (one.key === 'rows' ? { ...one, arns: [] } : one)),
    };
    expect(faultsOf(manifest)).toEqual([
      "component 'http' has a grant on 'orders', which is not in resources",
      "component 'carts' is granted dynamodb:PutItem on 'rows', but the kind 'table' gives no ARN for it",
      "component 'carts' uses 'nothing', which is not in resources",
      "component 'mails' is granted dynamodb:GetItem, dynamodb:PutItem on 'rows', but the kind 'table' gives no ARN for it",
      "component 'close-carts' is granted dynamodb:Query on 'rows', but the kind 'table' gives no ARN for it",
      "component 'close-carts' is triggered by 'nowhere', which is not in resources",
    ]);
  });

  it('refuses a consumer that may not consume: Lambda polls with its role', () => {
    const grants = [{ resource: 'mails', actions: ['sqs:ReceiveMessage'] }];
    expect(faultsOf(withComponents(http, carts, { ...mails, grants }, closeCarts))).toEqual([
      "component 'mails' consumes 'mails' without the grant of sqs:DeleteMessage, sqs:GetQueueAttributes",
    ]);
  });

  it('refuses two consumers of one queue, and what else is there twice', () => {
    const manifest = withComponents(
      http,
      carts,
      { ...carts, name: 'carts-too' },
      { ...http, entry: 'lambda/carts.mjs' },
    );
    expect(faultsOf(manifest)).toEqual([
      "two components have the name 'http'",
      "two components have the entry 'lambda/carts.mjs'",
      "two components consume 'carts' and would compete for its messages",
    ]);
    expect(faultsOf(withResources(cartsQueue, deadLetters, mailsQueue, mailsQueue))).toEqual([
      "two resources have the key 'mails'",
      "two queues have the name 'shop-{stage}-mails'",
      "two resources make the logical id 'MailsQueue'",
      "two resources make the logical id 'MailsQueuePolicy'",
      "two resources make the logical id 'MailsCartEventsSubscription'",
      'two resources have the binding TWELVEFOLD_MAILS_URL',
      'two resources have the binding /shop/{stage}/bindings/mails',
    ]);
    const parameters = [...config.parameters, { key: 'payments.apiKey', name: '/shop/{stage}/payments/apiKey' }];
    expect(faultsOf(changed({ config: { ...config, parameters } }))).toEqual([
      "two config values have the key 'payments.apiKey'",
    ]);
  });

  it('refuses keys that would make one logical id', () => {
    const secrets = [...config.secrets, { key: 'payments.api.key', id: 'shop/{stage}/payments/api/key' }];
    expect(faultsOf(changed({ config: { ...config, secrets } }))).toEqual([
      "two config keys make the logical id 'PaymentsApiKey'",
    ]);
  });

  it('refuses a resource that nothing makes or whose binding nothing writes', () => {
    const { cloudFormation: _, ...unmade } = cartsQueue;
    const { from: __, ...unwritten } = mailsQueue.binding ?? {};
    const manifest = withResources(unmade, deadLetters, { ...mailsQueue, binding: unwritten });
    expect(faultsOf(manifest)).toEqual([
      "resource 'carts' has no cloudFormation: pass a handler for its kind, kinds: { queue: ... }",
      "resource 'mails' has a binding without 'from'",
    ]);
  });
});

describe('where components run', () => {
  const faultsOfCompute = (changes: Loose) => faultsOf(shopManifest, { compute: { ...shopProps.compute, ...changes } });

  it('refuses components that run nowhere and places for none', () => {
    expect(
      faultsOf(shopManifest, { compute: { http: lambda(), cart: lambda(), mails: [], 'close-carts': lambda() } }),
    ).toEqual([
      "compute has 'cart', which is not a component (components: http, carts, mails, close-carts)",
      "component 'carts' runs nowhere: add it to compute, e.g. { 'carts': lambda() }",
      "component 'mails' runs nowhere: add it to compute, e.g. { 'mails': lambda() }",
    ]);
  });

  it('refuses a function that may run for longer than its messages stay invisible', () => {
    const timeout = Duration.seconds(31);
    expect(faultsOfCompute({ mails: lambda({ timeout }) })).toEqual([
      "the function of 'mails' has a timeout of 31 s, longer than its queue's visibility timeout of 30 s; raise that to 186 s (six times is recommended) or lower the timeout",
    ]);
    const trigger = { ...mails.trigger, visibilitySeconds: 0 };
    const immediate = withComponents(http, carts, { ...mails, trigger }, closeCarts);
    expect(faultsOf(immediate)).toEqual([
      "the function of 'mails' has a timeout of 1 s, longer than its queue's visibility timeout of 0 s; raise that to 6 s (six times is recommended) or lower the timeout",
    ]);
    // As long as they do is the limit.
    const limit = { ...shopProps, compute: { ...shopProps.compute, mails: lambda({ timeout: Duration.seconds(30) }) } };
    expect(() => new TwelveFactorApp(newStack(), 'App', limit)).not.toThrow();
  });

  it('refuses what Lambda and its HTTP API do not offer', () => {
    const { minutes, seconds, millis } = Duration;
    expect(
      faultsOfCompute({
        http: lambda({ timeout: minutes(1), memorySize: 64 }),
        mails: lambda({ timeout: millis(500) }),
        'close-carts': lambda({ timeout: seconds(901), memorySize: 20_000 }),
      }),
    ).toEqual([
      "the function of 'http' has 64 MB of memory; Lambda gives 128 to 10240",
      "the function of 'http' has a timeout of 60 s, but its API gives up after 30 s",
      "the function of 'mails' has a timeout of 0.5 s; Lambda takes whole seconds from 1 to 900",
      "the function of 'close-carts' has 20000 MB of memory; Lambda gives 128 to 10240",
      "the function of 'close-carts' has a timeout of 901 s; Lambda takes whole seconds from 1 to 900",
    ]);
  });

  it('refuses what a service does not run', () => {
    const second = { ...http, name: 'admin', entry: 'lambda/admin.js' };
    const compute = { ...shopProps.compute, admin: fargate(), 'close-carts': fargate(), mails: [lambda(), lambda()] };
    expect(faultsOf(changed({ components: [...components, second] }), { compute })).toEqual([
      "component 'mails' is placed twice on the same host",
      'http and admin are both HTTP fronts, and a service has one port',
    ]);
  });

  it('refuses what neither lambda() nor fargate() made', () => {
    expect(faultsOfCompute({ http: { host: 'ec2' }, carts: 'lambda' })).toEqual([
      "component 'http' is placed by something else than lambda() or fargate()",
      "component 'carts' is placed by something else than lambda() or fargate()",
    ]);
    expect(faultsOf(shopManifest, { compute: undefined })).toEqual([
      'compute is missing: say where each component runs',
    ]);
  });

  it('refuses a stop timeout that Fargate does not give, among all other faults', () => {
    const service = { stopTimeout: Duration.minutes(3) };
    expect(faultsOf(shopManifest, { service, compute: { ...shopProps.compute, unknown: lambda() } })).toEqual([
      "compute has 'unknown', which is not a component (components: http, carts, mails, close-carts)",
      'service has a stop timeout of 180 s; Fargate takes whole seconds from 2 to 120',
    ]);
  });
});

it('refuses unknown options', () => {
  const make = (props: Loose) => new TwelveFactorApp(newStack(), 'App', { ...shopProps, ...props });
  expect(() => make({ stage: 'dev' })).toThrow(
    "Cannot use TwelveFactorApp: unknown option 'stage'; known: manifest, compute, service, code, image, removalPolicy, dataKey, logRetention, acceptLossOf, kinds",
  );
  expect(() => make({ service: { memory: 1 } })).toThrow(
    "Cannot use service of TwelveFactorApp: unknown option 'memory'",
  );
  // A plain object's type does not know the option either.
  const options: object = { memory: 1 };
  expect(() => lambda(options)).toThrow("Cannot use lambda(): unknown option 'memory'; known: memorySize, timeout");
});
