import { readFile, writeFile } from 'node:fs/promises';
import { PAGE, writeServices } from './local-aws-page.ts';

// Brings docs/local-aws.md up to what the services can do: run it after an operation or a
// differences.md has changed.
await writeFile(PAGE, await writeServices(await readFile(PAGE, 'utf8')));
