import { ANYTHING, NAME } from '../input/members.ts';
import type { Checked, Members } from '../input/shape.ts';

const KEY_NAME = { type: 'string', min: 1, max: 255, required: true } as const;

export const KEY_SCHEMA = {
  type: 'list',
  min: 1,
  max: 2,
  of: {
    type: 'structure',
    members: { AttributeName: KEY_NAME, KeyType: { type: 'string', values: ['HASH', 'RANGE'], required: true } },
  },
} as const;

export const ATTRIBUTE_DEFINITIONS = {
  type: 'list',
  of: {
    type: 'structure',
    members: { AttributeName: KEY_NAME, AttributeType: { type: 'string', values: ['B', 'N', 'S'], required: true } },
  },
} as const;

export const THROUGHPUT = {
  type: 'structure',
  members: {
    ReadCapacityUnits: { type: 'Long', min: 1, required: true },
    WriteCapacityUnits: { type: 'Long', min: 1, required: true },
  },
} as const;

export const BILLING_MODE = { type: 'string', values: ['PROVISIONED', 'PAY_PER_REQUEST'] } as const;

const INDEX = {
  IndexName: { ...NAME, required: true },
  KeySchema: { ...KEY_SCHEMA, required: true },
  Projection: {
    type: 'structure',
    required: true,
    members: {
      ProjectionType: { type: 'string', values: ['ALL', 'INCLUDE', 'KEYS_ONLY'] },
      NonKeyAttributes: { type: 'list', min: 1, max: 20, of: { type: 'string', min: 1, max: 255 } },
    },
  },
} as const satisfies Members;

export const LOCAL_INDEX = { type: 'structure', members: INDEX } as const;

export const GLOBAL_INDEX = {
  type: 'structure',
  members: { ...INDEX, ProvisionedThroughput: THROUGHPUT, OnDemandThroughput: ANYTHING, WarmThroughput: ANYTHING },
} as const;

export const TAGS = {
  type: 'list',
  of: {
    type: 'structure',
    members: {
      Key: { type: 'string', min: 1, max: 128, required: true },
      Value: { type: 'string', max: 256, required: true },
    },
  },
} as const;

export type KeySchemaInput = Checked<typeof KEY_SCHEMA>;
export type AttributeDefinitionsInput = Checked<typeof ATTRIBUTE_DEFINITIONS>;
export type ThroughputInput = Checked<typeof THROUGHPUT>;
export type LocalIndexInput = Checked<typeof LOCAL_INDEX>;
export type GlobalIndexInput = Checked<typeof GLOBAL_INDEX>;
