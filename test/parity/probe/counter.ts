import { dynamodb } from '@twelvefold/aws';
import type { Definition } from 'twelvefold';
import { defineKind, makeDefinition } from 'twelvefold';

interface Counter {
  /** Adds the step, and gives the new count. */
  increment(): Promise<number>;
  read(): Promise<number>;
}

/** A kind of backing service that no package has: a number in its table. */
const counterKind = defineKind({
  name: 'counter',
  details: ({ step }: { name: string; step: number }) => ({ step }),
  drivers: {
    dynamodb: {
      namespace: 'table',
      binding: { value: 'name', pattern: /^[\w.-]{3,255}$/, expected: 'the name of a table' },
      infrastructure: (_, { physicalName, logicalId }) => {
        const id = logicalId('Counter');
        const properties = {
          TableName: physicalName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        };
        return {
          resources: [{ id, type: 'AWS::DynamoDB::Table', properties, keepsData: true }],
          arns: [{ 'Fn::GetAtt': [id, 'Arn'] }],
          binding: { Ref: id },
        };
      },
      open: async ({ step }, { target: TableName, aws }) => {
        const Key = { id: 'count' };
        const client: Counter = {
          increment: async () => {
            const input = {
              TableName,
              Key,
              UpdateExpression: 'ADD amount :step',
              ExpressionAttributeValues: { ':step': step },
              ReturnValues: 'ALL_NEW',
            } as const;
            const { Attributes } = await aws.call(dynamodb, 'UpdateItem', input, { access: 'write' });
            return Number(Attributes?.amount);
          },
          read: async () => {
            const { Item } = await aws.call(dynamodb, 'GetItem', { TableName, Key }, { access: 'read' });
            return Number(Item?.amount ?? 0);
          },
        };
        const check = async () => {
          if (TableName === '') throw new Error('The counter has no table');
        };
        return { client, check };
      },
    },
  },
}).accesses({
  increment: { methods: ['increment'], actions: ['dynamodb:UpdateItem'] },
  read: { methods: ['read'], actions: ['dynamodb:GetItem'] },
});

export interface CounterDefinition extends Definition<Counter, typeof counterKind.accesses> {
  readonly step: number;
}

/** Declares a counter. */
export function counter(name: string, { step }: { step: number }): CounterDefinition {
  return makeDefinition(counterKind, { name, step });
}
