import type { Manifest } from 'twelvefold/manifest';

const binding = (key: string, env: string, value: 'url' | 'arn' | 'name') =>
  ({ env: `TWELVEFOLD_${env}`, parameter: `/shop/{stage}/bindings/${key}`, value }) as const;

const consume = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'];

/** A manifest with every kind of resource, trigger and config key. */
export const shopManifest = {
  version: 1,
  app: 'shop',
  components: [
    {
      name: 'http',
      entry: 'lambda/http.js',
      export: 'handler',
      trigger: { kind: 'http' },
      grants: [
        { resource: 'carts', actions: ['sqs:SendMessage'] },
        { resource: 'sessions', actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'] },
      ],
    },
    {
      name: 'carts',
      entry: 'lambda/carts.mjs',
      export: 'handler',
      trigger: { kind: 'queue', resource: 'carts' },
      grants: [
        { resource: 'rows', actions: ['dynamodb:PutItem'] },
        { resource: 'cartEvents', actions: ['sns:Publish'] },
        { resource: 'carts', actions: consume },
        { resource: 'cartsDeadLetter', actions: ['sqs:SendMessage'] },
      ],
    },
    {
      name: 'mails',
      entry: 'lambda/mails.js',
      export: 'handler',
      trigger: { kind: 'queue', resource: 'mails' },
      grants: [
        { resource: 'rows', actions: ['dynamodb:GetItem', 'dynamodb:PutItem'] },
        { resource: 'mails', actions: consume },
      ],
    },
    {
      name: 'close-carts',
      entry: 'tasks.js',
      export: 'handler',
      trigger: { kind: 'invoke' },
      grants: [{ resource: 'rows', actions: ['dynamodb:Query'] }],
    },
  ],
  resources: [
    {
      kind: 'queue',
      key: 'carts',
      physicalName: 'shop-{stage}-carts',
      binding: binding('carts', 'CARTS_URL', 'url'),
      visibilitySeconds: 90,
      retentionSeconds: 345_600,
      deadLetter: { resource: 'cartsDeadLetter', maxReceives: 5 },
      subscribe: [],
    },
    {
      kind: 'queue',
      key: 'cartsDeadLetter',
      physicalName: 'shop-{stage}-carts-dead-letter',
      binding: binding('cartsDeadLetter', 'CARTS_DEAD_LETTER_URL', 'url'),
      visibilitySeconds: 30,
      retentionSeconds: 1_209_600,
      subscribe: [],
    },
    {
      kind: 'queue',
      key: 'mails',
      physicalName: 'shop-{stage}-mails',
      binding: binding('mails', 'MAILS_URL', 'url'),
      visibilitySeconds: 30,
      retentionSeconds: 345_600,
      subscribe: ['cartEvents'],
    },
    {
      kind: 'topic',
      key: 'cartEvents',
      physicalName: 'shop-{stage}-cart-events',
      binding: binding('cartEvents', 'CART_EVENTS_ARN', 'arn'),
    },
    {
      kind: 'topic',
      key: 'audit',
      physicalName: 'shop-{stage}-audit',
      binding: binding('audit', 'AUDIT_ARN', 'arn'),
    },
    {
      kind: 'table',
      key: 'rows',
      physicalName: 'shop-{stage}-rows',
      binding: binding('rows', 'ROWS_NAME', 'name'),
      partitionKey: 'cartId',
      sortKey: 'line',
    },
    {
      kind: 'table',
      key: 'sessions',
      physicalName: 'shop-{stage}-sessions',
      binding: binding('sessions', 'SESSIONS_NAME', 'name'),
      partitionKey: 'id',
      ttlAttribute: 'expiresAt',
    },
  ],
  config: {
    parameters: [
      { key: 'pricing.taxRate', name: '/shop/{stage}/pricing/taxRate', default: '0.19' },
      { key: 'pricing.currency', name: '/shop/{stage}/pricing/currency' },
      { key: 'pricing.note', name: '/shop/{stage}/pricing/note', default: '' },
    ],
    secrets: [{ key: 'payments.apiKey', id: 'shop/{stage}/payments/apiKey' }],
  },
} as const satisfies Manifest;
