import { xmlAt } from '../../client/xml.ts';
import { dataTable } from '../html.ts';
import type { Section } from '../section.ts';

interface TopicSummary {
  readonly name: string;
  readonly subscriptions: ReadonlyArray<{ readonly protocol: string; readonly endpoint: string }>;
}

/** Topics with their subscriptions. */
export const topicsSection: Section<readonly TopicSummary[]> = {
  path: 'topics',
  title: 'Topics',
  read: async ({ client }) => {
    const topics = await client.query('sns', 'ListTopics', {});
    const subscriptions = await client.query('sns', 'ListSubscriptions', {});
    const members = (element: typeof topics, list: string) => xmlAt(element, list)?.children ?? [];
    const text = (element: typeof topics, name: string) => xmlAt(element, name)?.text ?? '';
    return members(topics, 'Topics').map((topic) => {
      const arn = text(topic, 'TopicArn');
      return {
        name: arn.split(':').at(-1) ?? arn,
        subscriptions: members(subscriptions, 'Subscriptions')
          .filter((one) => text(one, 'TopicArn') === arn)
          .map((one) => ({ protocol: text(one, 'Protocol'), endpoint: text(one, 'Endpoint') })),
      };
    });
  },
  render: (topics) =>
    dataTable(
      'Topics and what is delivered where',
      ['Topic', 'Subscription', 'Endpoint'],
      topics.flatMap(({ name, subscriptions }) =>
        subscriptions.length === 0
          ? [[name, 'none', '']]
          : subscriptions.map(({ protocol, endpoint }) => [name, protocol, endpoint]),
      ),
      'The app has no topic.',
    ),
};
