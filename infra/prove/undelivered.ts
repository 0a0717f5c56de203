import { queue, topic } from 'twelvefold';
import * as z from 'zod';
import { prove } from './prove.ts';
import { smallStack } from './small-stack.ts';

const schema = z.object({ id: z.string() });
const events = topic('events', { schema });
const orders = queue('orders', { schema, subscribe: [events] });

await prove(
  {
    name: 'undelivered',
    proves: 'a message that SNS cannot deliver to a queue under a customer key is in its dead-letter queue',
    minutes: 6,
    async run({ stage, aws, deploy, check, until }) {
      const stackName = `proof-undelivered-${stage}`;
      await deploy(
        stackName,
        smallStack({ events, orders }, () => {}, { dataKey: 'new' }),
        { Stage: stage },
      );
      const find = async (key: string) => {
        const name = `/proof/${stage}/bindings/${key}`;
        const { Parameter } = await aws('ssm', 'get-parameter', '--name', name);
        return (Parameter as { Value: string }).Value; // as asked for
      };
      const [topicArn, queueUrl, deadLetters] = [
        await find('events'),
        await find('orders'),
        await find('ordersDeadLetter'),
      ];
      const publish = (id: string) =>
        aws('sns', 'publish', '--topic-arn', topicArn, '--message', JSON.stringify({ id }));
      const receive = (url: string) => async () => {
        const { Messages = [] } = await aws('sqs', 'receive-message', '--queue-url', url, '--wait-time-seconds', '10');
        return (Messages as ReadonlyArray<{ Body: string }>)[0];
      };

      await publish('delivered');
      const delivered = await until('a message is delivered', receive(queueUrl));
      check('SNS delivers to the encrypted queue', delivered.Body.includes('delivered'));

      // Without its policy the queue refuses SNS, which gives up at once.
      await aws('sqs', 'set-queue-attributes', '--queue-url', queueUrl, '--attributes', '{"Policy":""}');
      const lost = await until('a message is in the dead-letter queue', async () => {
        await publish('undelivered');
        return receive(deadLetters)();
      });
      check('the dead letter is the message', lost.Body.includes('undelivered'));
    },
  },
  process.argv.slice(2),
);
