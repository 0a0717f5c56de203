import { defineApp, queue, sessionStore, table, topic } from 'twelvefold';
import type { Manifest } from 'twelvefold/manifest';
import { buildManifest } from 'twelvefold/manifest';
import * as z from 'zod/mini';

const schema = z.object({ cartId: z.string(), line: z.string(), kind: z.string() });
const cartEvents = topic('cart-events', { schema, filters: ['kind'] });

/** The backing services of the shop: with everything that their kinds give to the template. */
export const shop = defineApp({
  name: 'shop',
  backing: {
    carts: queue('carts', { schema, visibility: '90s', deadLetter: { maxReceives: 5 } }),
    mails: queue('mails', { schema, subscribe: [cartEvents], deadLetter: false }),
    cartEvents,
    audit: topic('audit', { schema }),
    rows: table('rows', { schema, key: { partition: 'cartId', sort: 'line' } }),
    sessions: sessionStore('sessions', { schema, idle: '30m', absolute: '12h' }),
  },
});
const { resources } = buildManifest(shop, {});

const consume = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'];

/** A manifest with every kind of resource, trigger and config key. */
export const shopManifest = {
  version: 2,
  app: 'shop',
  components: [
    {
      name: 'http',
      entry: 'lambda/http.js',
      export: 'handler',
      uses: ['carts', 'sessions'],
      config: {
        reads: ['pricing', 'payments.apiKey'],
        access: [
          {
            action: 'ssm:GetParameters',
            on: 'parameters',
            names: ['/shop/{stage}/pricing/*', '/aws/reference/secretsmanager/shop/{stage}/payments/apiKey'],
          },
          { action: 'secretsmanager:GetSecretValue', on: 'secrets', names: ['shop/{stage}/payments/apiKey'] },
        ],
      },
      modules: [],
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
      uses: ['carts', 'cartsDeadLetter', 'cartEvents', 'rows'],
      modules: [],
      trigger: { kind: 'queue', resource: 'carts', visibilitySeconds: 90, maxReceives: 5 },
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
      uses: ['rows', 'mails'],
      config: {
        reads: ['pricing.note'],
        access: [{ action: 'ssm:GetParameters', on: 'parameters', names: ['/shop/{stage}/pricing/note'] }],
      },
      modules: [],
      trigger: { kind: 'queue', resource: 'mails', visibilitySeconds: 30 },
      grants: [
        { resource: 'rows', actions: ['dynamodb:GetItem', 'dynamodb:PutItem'] },
        { resource: 'mails', actions: consume },
      ],
    },
    {
      name: 'close-carts',
      entry: 'tasks.js',
      export: 'handler',
      uses: ['rows'],
      modules: [],
      trigger: { kind: 'invoke' },
      grants: [{ resource: 'rows', actions: ['dynamodb:Query'] }],
    },
  ],
  resources,
  config: {
    parameters: [
      { key: 'pricing.taxRate', name: '/shop/{stage}/pricing/taxRate', default: '0.19' },
      { key: 'pricing.currency', name: '/shop/{stage}/pricing/currency' },
      { key: 'pricing.note', name: '/shop/{stage}/pricing/note', default: '' },
    ],
    secrets: [{ key: 'payments.apiKey', id: 'shop/{stage}/payments/apiKey' }],
  },
} as const satisfies Manifest;
