// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
import { describe, expect, it } from 'vitest';
import { useEndpoint } from './fixtures/use-endpoint.ts';
import { parseTemplate } from './parse-template.ts';

const { run } = useEndpoint();

describe('a YAML template', () => {
  // Source: CloudFormation template reference, "Intrinsic functions", the short forms.
  it.each<[string, unknown]>([
    ['!Ref Queue', { Ref: 'Queue' }],
    ['!Condition IsProd', { Condition: 'IsProd' }],
    ['!GetAtt Queue.Arn', { 'Fn::GetAtt': 'Queue.Arn' }],
    ['!GetAtt [Queue, Arn]', { 'Fn::GetAtt': ['Queue', 'Arn'] }],
    ['!Sub "${Stage}-orders"', { 'Fn::Sub': '${Stage}-orders' }],
    ['!Sub ["${A}", {A: !Ref Queue}]', { 'Fn::Sub': ['${A}', { A: { Ref: 'Queue' } }] }],
    ['!Join ["-", [a, !Ref B]]', { 'Fn::Join': ['-', ['a', { Ref: 'B' }]] }],
    ['!If [IsProd, !Ref A, !Ref "AWS::NoValue"]', { 'Fn::If': ['IsProd', { Ref: 'A' }, { Ref: 'AWS::NoValue' }] }],
    ['!Select [0, !GetAZs ""]', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }],
    ['!Transform {Name: "AWS::Include"}', { 'Fn::Transform': { Name: 'AWS::Include' } }],
    ['2012-10-17', '2012-10-17'],
    ['N', 'N'],
    ['30', 30],
  ])('%s', async (written, expected) => {
    expect(await parseTemplate(`Value: ${written}`)).toEqual({ Value: expected });
  });

  it('is provisioned', async () => {
    const { outcomes, stack } = await run(
      `
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Stage: { Type: String }
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "\${Stage}-orders"
      VisibilityTimeout: 45
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: N }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
Outputs:
  Arn: { Value: !GetAtt Queue.Arn }
`,
      { Stage: 'dev' },
    );
    expect(outcomes).toEqual({ Queue: 'created', Table: 'created' });
    expect(stack.outputs).toEqual({ Arn: 'arn:aws:sqs:eu-west-1:123456789012:dev-orders' });
  });

  it('that cannot be read is refused with its line', async () => {
    await expect(run('Resources:\n  A: [1\n  B: 2\n', {})).rejects.toThrow(
      /^Cannot read the template: it is not YAML \(.*line \d/s,
    );
    await expect(run('{', {})).rejects.toThrow(/^Cannot read the template: it is not JSON/);
  });
});
