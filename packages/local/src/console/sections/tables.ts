import type { Html } from '../html.ts';
import { dataTable, field, html } from '../html.ts';
import type { ListPage } from '../list-page.ts';
import { pageLinks, pageOf, readAll } from '../list-page.ts';
import type { Item } from '../plain-item.ts';
import { plainItem } from '../plain-item.ts';
import type { ConsoleContext, Section, SectionRequest } from '../section.ts';
import { ConsoleFault } from '../section.ts';

interface KeyAttribute {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

interface TableSummary {
  readonly name: string;
  readonly items: number;
  readonly keys: readonly string[];
  readonly indexes: readonly string[];
}

interface TablePage extends TableSummary {
  readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>;
  /** For `?after=`: the next page. */
  readonly next: string | undefined;
}

/** Rows on a page. */
const PAGE = 25;
/** Longer values are cut in the list. */
const LONGEST = 400;

/** Tables; one table with its rows, all of them or those of one partition. */
export const tablesSection: Section<ListPage<TableSummary> | TablePage> = {
  path: 'tables',
  title: 'Tables',
  read: async (context, request) => {
    const [name] = request.rest;
    return name === undefined ? listTables(context, request.search) : readTable(context, name, request);
  },
  render: (data, request) => ('name' in data ? renderTable(data, request) : renderTables(data, request)),
};

async function listTables({ client }: ConsoleContext, search: URLSearchParams): Promise<ListPage<TableSummary>> {
  const names = await readAll(async (start) => {
    const answer = await client.json('dynamodb', 'ListTables', start ? { ExclusiveStartTableName: start } : {});
    const { TableNames = [] } = answer as { TableNames?: readonly string[] }; // AWS's model
    return { items: TableNames, token: answer.LastEvaluatedTableName };
  });
  const page = pageOf(names, search);
  const rows = await Promise.all(page.rows.map(async (name) => summary(await describe(client, name))));
  return { ...page, rows };
}

interface Description {
  readonly TableName: string;
  readonly ItemCount: number;
  readonly KeySchema: readonly KeyAttribute[];
  readonly AttributeDefinitions: ReadonlyArray<{ readonly AttributeName: string; readonly AttributeType: string }>;
  readonly GlobalSecondaryIndexes?: ReadonlyArray<{ readonly IndexName: string; readonly KeySchema: KeyAttribute[] }>;
}

async function describe(client: ConsoleContext['client'], name: string): Promise<Description> {
  const { Table } = await client.json('dynamodb', 'DescribeTable', { TableName: name }).catch(() => {
    throw new ConsoleFault(`Cannot find the table ${name}`);
  });
  return Table as Description; // AWS's model
}

const summary = ({ TableName, ItemCount, KeySchema, GlobalSecondaryIndexes = [] }: Description): TableSummary => ({
  name: TableName,
  items: ItemCount,
  keys: KeySchema.map(({ AttributeName }) => AttributeName),
  indexes: GlobalSecondaryIndexes.map(({ IndexName }) => IndexName),
});

async function readTable(context: ConsoleContext, name: string, { search }: SectionRequest): Promise<TablePage> {
  const table = await describe(context.client, name);
  const after = search.get('after');
  const partition = search.get('partition') ?? '';
  const index = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === search.get('index'));
  const hash = (index?.KeySchema ?? table.KeySchema).find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
  const type = table.AttributeDefinitions.find(({ AttributeName }) => AttributeName === hash)?.AttributeType ?? 'S';
  const query = partition !== '' && hash !== undefined;
  const answer = await context.client.json('dynamodb', query ? 'Query' : 'Scan', {
    TableName: name,
    Limit: PAGE,
    ...(index && { IndexName: index.IndexName }),
    ...(after !== null && { ExclusiveStartKey: startKey(after) }),
    ...(query && {
      KeyConditionExpression: '#partition = :partition',
      ExpressionAttributeNames: { '#partition': hash },
      ExpressionAttributeValues: { ':partition': { [type]: partition } },
    }),
  });
  const { Items = [], LastEvaluatedKey } = answer as { Items?: readonly Item[]; LastEvaluatedKey?: Item }; // AWS's model
  return {
    ...summary(table),
    rows: Items.map(plainItem),
    next: LastEvaluatedKey && Buffer.from(JSON.stringify(LastEvaluatedKey)).toString('base64url'),
  };
}

function startKey(after: string): Item {
  try {
    return JSON.parse(Buffer.from(after, 'base64url').toString());
  } catch {
    throw new ConsoleFault('after is not the key of a page');
  }
}

function renderTables(page: ListPage<TableSummary>, { search }: SectionRequest): Html {
  return html`${dataTable(
    'Tables of the stage',
    ['Table', 'Rows', 'Key', 'Indexes'],
    page.rows.map(({ name, items, keys, indexes }) => [
      html`<a href="/tables/${encodeURIComponent(name)}">${name}</a>`,
      items,
      keys.join(', '),
      indexes.join(', '),
    ]),
    'The app has no table.',
  )}${pageLinks(page, search)}`;
}

function renderTable({ name, keys, indexes, rows, next }: TablePage, { search }: SectionRequest): Html {
  const columns = [...new Set([...keys, ...rows.flatMap((row) => Object.keys(row))])];
  const more = new URLSearchParams(search);
  if (next !== undefined) more.set('after', next);
  const index = search.get('index') ?? '';
  return html`<form method="get" action="/tables/${encodeURIComponent(name)}">
${field('partition', 'Partition key', { value: search.get('partition') ?? '' })}
${
  indexes.length === 0
    ? ''
    : html`<label>Index <select name="index"><option value="">the table itself</option>${indexes.map(
        (one) => html`<option${one === index ? html` selected` : ''}>${one}</option>`,
      )}</select></label>`
}<button>Show rows</button></form>
${dataTable(
  `${name}: ${rows.length} rows`,
  columns,
  rows.map((row) => columns.map((column) => cut(row[column]))),
  'No rows.',
)}
${next === undefined ? '' : html`<p><a href="?${more.toString()}">Next ${PAGE} rows</a></p>`}`;
}

function cut(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}
