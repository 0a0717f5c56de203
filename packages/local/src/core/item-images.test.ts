import { expect, it } from 'vitest';
import type { RecordedCall } from './call-log.ts';
import { createItemImages } from './item-images.ts';

const call = (operation: string): RecordedCall => ({
  atMs: 0,
  service: 'dynamodb',
  operation,
  touched: [],
  component: undefined,
  accessKeyId: 'local',
  principal: '',
  status: 200,
  error: undefined,
  durationMs: 1,
});
const change = (id: string) => ({ table: 'orders', before: undefined, after: { id: { S: id } } });

it('keeps the newest writes, call by call', () => {
  const images = createItemImages(3);
  const [one, two, three] = [call('PutItem'), call('TransactWriteItems'), call('PutItem')];
  images.add(one, [change('a')]);
  images.add(two, [change('b'), change('c')]);
  expect(images.of(one)).toEqual([{ table: 'orders', before: undefined, after: { json: '{"id":{"S":"a"}}' } }]);
  images.add(three, [change('d')]);
  expect([images.of(one), images.of(two).length, images.of(three).length]).toEqual([[], 2, 1]);

  const large = call('TransactWriteItems');
  images.add(
    large,
    [1, 2, 3, 4, 5].map((id) => change(String(id))),
  );
  expect([images.of(two), images.of(three), images.of(large).length]).toEqual([[], [], 3]);
  images.clear();
  expect(images.of(large)).toEqual([]);
});

it('keeps the size of a row that is too large', () => {
  const images = createItemImages(10, 20);
  const write = call('UpdateItem');
  const after = { id: { S: 'x'.repeat(21) } };
  images.add(write, [{ table: 'orders', before: { id: { S: 'x' } }, after }]);
  expect(images.of(write)).toEqual([
    { table: 'orders', before: { json: '{"id":{"S":"x"}}' }, after: { omittedBytes: JSON.stringify(after).length } },
  ]);
});
