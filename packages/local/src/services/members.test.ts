import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InputMember } from '../../input-members.ts';
import { CLIENTS, inputMembers, SENSITIVE_MEMBERS_FILE, sensitiveMembers } from '../../input-members.ts';
import { registry } from './registry.ts';

/** Folders that are not called as the service signs. */
const FOLDERS: Readonly<Record<string, string>> = { dynamodbstreams: 'dynamodb-streams', monitoring: 'cloudwatch' };

const folderOf = (service: string) => join(import.meta.dirname, FOLDERS[service] ?? service);

const words = (text: string) => new Set(text.match(/\w+/g));

/** Every word of a service's sources, without its lists of members that are refused. */
function sourceWords(service: string): Set<string> {
  const files = readdirSync(folderOf(service), { withFileTypes: true, recursive: true });
  const texts = files
    .filter((file) => file.isFile() && file.name.endsWith('.ts') && !file.name.endsWith('.test.ts'))
    .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
  const shared = readFileSync(join(import.meta.dirname, 'json-tags.ts'), 'utf8');
  return words([...texts, shared].join('\n').replaceAll(/\n {2}refused: \{\n[\s\S]*?\n {2}\},/g, ''));
}

describe.each(Object.keys(CLIENTS).filter((service) => service !== 's3'))('%s', (service) => {
  it('drops no member of an input silently: each is read, refused by name, or on the page of differences', async () => {
    const module = await registry.find(({ name }) => name === service)?.load();
    const read = sourceWords(service);
    const documented = words(readFileSync(join(folderOf(service), 'differences.md'), 'utf8'));
    // A structure that is refused or documented as a whole stands for its members.
    const isKnown = ({ operation, path }: InputMember) =>
      path.some((name) => documented.has(name)) ||
      module?.refused?.[operation]?.includes(path[0] ?? '') ||
      read.has(path.at(-1) ?? '');
    const dropped = (await inputMembers(service))
      .filter((member) => !isKnown(member))
      .map(({ operation, path }) => [operation, ...path].join('.'));
    expect(dropped).toEqual([]);
  });
});

it('knows the sensitive members of the models; else run: node packages/local/write-sensitive-members.ts', async () => {
  expect(readFileSync(SENSITIVE_MEMBERS_FILE, 'utf8')).toBe(await sensitiveMembers());
});
