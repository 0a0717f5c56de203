import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { madeType } from './made-types.ts';

interface Documented {
  readonly cloudFormationType: string;
  readonly properties: Readonly<Record<string, { readonly causesReplacement?: string }>>;
}

/** CloudFormation's resource types as the CDK's command line carries them, for its diff. */
function documentedTypes(): Documented[] {
  const folder = dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json'));
  const data: { schema: { resource: { entities: Record<string, Documented> } } } = JSON.parse(
    gunzipSync(readFileSync(join(folder, 'db.json.gz'))).toString(),
  );
  return Object.values(data.schema.resource.entities);
}

/** Where this endpoint differs, or the data is short of the documentation. */
const OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  // "Update requires: Replacement" in the template reference.
  'AWS::DynamoDB::Table': ['ImportSourceSpecification', 'KeySchema', 'LocalSecondaryIndexes', 'TableName'],
  // See differences.md of CloudFormation.
  'AWS::Lambda::Permission': ['FunctionName'],
};

it('replaces a resource by the properties that CloudFormation documents', () => {
  const made = documentedTypes().flatMap(({ cloudFormationType: type, properties }) => {
    const known = madeType(type);
    if (known === undefined) return [];
    const replacing = Object.keys(properties).filter((name) => properties[name]?.causesReplacement === 'yes');
    return { type, actual: [...known.replacedBy].sort(), documented: OTHERWISE[type] ?? replacing.sort() };
  });
  expect(made).toHaveLength(16);
  for (const { type, actual, documented } of made) expect(actual, type).toEqual(documented);
});
