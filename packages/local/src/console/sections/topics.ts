import { xmlAt } from '../../client/xml.ts';
import { dataTable, html } from '../html.ts';
import type { ListPage } from '../list-page.ts';
import { pageLinks, pageOf, readAll } from '../list-page.ts';
import type { ConsoleContext, Section } from '../section.ts';

interface TopicSummary {
  readonly name: string;
  readonly subscriptions: ReadonlyArray<{ readonly protocol: string; readonly endpoint: string }>;
}

/** Topics with their subscriptions. */
export const topicsSection: Section<ListPage<TopicSummary>> = {
  path: 'topics',
  title: 'Topics',
  read: async ({ client }, { search }) => {
    const arns = await listOf(client, 'ListTopics', {}, 'Topics', (topic) => topic('TopicArn'));
    const page = pageOf(arns, search);
    const rows = page.rows.map(async (TopicArn): Promise<TopicSummary> => {
      const subscriptions = await listOf(client, 'ListSubscriptionsByTopic', { TopicArn }, 'Subscriptions', (one) => ({
        protocol: one('Protocol'),
        endpoint: one('Endpoint'),
      }));
      return { name: TopicArn.split(':').at(-1) ?? TopicArn, subscriptions };
    });
    return { ...page, rows: await Promise.all(rows) };
  },
  render: (page, { search }) =>
    html`${dataTable(
      'Topics and what is delivered where',
      ['Topic', 'Subscription', 'Endpoint'],
      page.rows.flatMap(({ name, subscriptions }) =>
        subscriptions.length === 0
          ? [[name, 'none', '']]
          : subscriptions.map(({ protocol, endpoint }) => [name, protocol, endpoint]),
      ),
      'The app has no topic.',
    )}${pageLinks(page, search)}`,
};

/** All pages of a list of SNS. */
const listOf = <T>(
  client: ConsoleContext['client'],
  operation: string,
  input: Readonly<Record<string, string>>,
  list: string,
  read: (text: (name: string) => string) => T,
): Promise<T[]> =>
  readAll(async (NextToken) => {
    const token = typeof NextToken === 'string' ? { NextToken } : {};
    const answer = await client.query('sns', operation, { ...input, ...token });
    const members = xmlAt(answer, list)?.children ?? [];
    const items = members.map((member) => read((name) => xmlAt(member, name)?.text ?? ''));
    return { items, token: xmlAt(answer, 'NextToken')?.text };
  });
