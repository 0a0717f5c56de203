import { TwelveFactorMonitoring } from '@twelvefold/cdk';
import { queue } from 'twelvefold';
import * as z from 'zod';
import { prove } from './prove.ts';
import { smallStack } from './small-stack.ts';

const orders = queue('orders', { schema: z.object({ id: z.string() }) });

await prove(
  {
    name: 'alarms',
    proves: 'an alarm reaches a subscriber of its encrypted topic',
    minutes: 6,
    async run({ stage, aws, atEnd, deploy, check, until }) {
      const template = smallStack({ orders }, (stack, app) => {
        new TwelveFactorMonitoring(stack, 'Monitoring', { app });
      });
      const stackName = `proof-alarms-${stage}`;
      await deploy(stackName, template, { Stage: stage });
      const { StackResources } = await aws('cloudformation', 'describe-stack-resources', '--stack-name', stackName);
      const ofType = (type: string) =>
        (StackResources as ReadonlyArray<{ ResourceType: string; PhysicalResourceId: string }>).find(
          ({ ResourceType }) => ResourceType === type,
        )?.PhysicalResourceId ?? ''; // as CloudFormation describes them
      const [alarm, topic] = [ofType('AWS::CloudWatch::Alarm'), ofType('AWS::SNS::Topic')];

      const name = `proof-alarms-${stage}-inbox`;
      const { QueueUrl } = await aws('sqs', 'create-queue', '--queue-name', name);
      const url = String(QueueUrl);
      atEnd('delete the inbox', () => aws('sqs', 'delete-queue', '--queue-url', url));
      const names = ['--attribute-names', 'QueueArn'];
      const { Attributes } = await aws('sqs', 'get-queue-attributes', '--queue-url', url, ...names);
      const { QueueArn } = Attributes as { QueueArn: string }; // as asked for
      const Policy = JSON.stringify({
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: QueueArn,
            Condition: { ArnEquals: { 'aws:SourceArn': topic } },
          },
        ],
      });
      await aws('sqs', 'set-queue-attributes', '--queue-url', url, '--attributes', JSON.stringify({ Policy }));
      const endpoint = ['--protocol', 'sqs', '--notification-endpoint', QueueArn];
      await aws('sns', 'subscribe', '--topic-arn', topic, ...endpoint);

      const state = ['--state-value', 'ALARM', '--state-reason', 'proof'];
      await aws('cloudwatch', 'set-alarm-state', '--alarm-name', alarm, ...state);
      const message = await until('the alarm arrives', async () => {
        const { Messages = [] } = await aws('sqs', 'receive-message', '--queue-url', url, '--wait-time-seconds', '10');
        return (Messages as ReadonlyArray<{ Body: string }>)[0];
      });
      check('the message names the alarm', message.Body.includes(alarm));
    },
  },
  process.argv.slice(2),
);
