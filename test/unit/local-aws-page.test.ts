import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { PAGE, writeServices } from '../../docs/local-aws-page.ts';

// Loads the code of every service.
describe('docs/local-aws.md', () => {
  it('lists the operations and differences that there are; else run: node docs/write-local-aws.ts', async () => {
    const page = await readFile(PAGE, 'utf8');
    expect(page).toBe(await writeServices(page));
  });

  it('has a section for each service', async () => {
    const page = await readFile(PAGE, 'utf8');
    const names = [
      'dynamodb',
      'kms',
      'lambda',
      'logs',
      'monitoring',
      's3',
      'secretsmanager',
      'sns',
      'sqs',
      'ssm',
      'sts',
    ];
    for (const name of names) expect(page).toContain(`\n\`${name}\`, `);
    expect(page).not.toMatch(/ 0 operations/);
  });
});
