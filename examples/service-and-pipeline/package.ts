import { mkdir, writeFile } from 'node:fs/promises';
import { template } from './infra.ts';

const dist = `${import.meta.dirname}/dist`;
await mkdir(dist, { recursive: true });
await writeFile(`${dist}/template.json`, JSON.stringify(template));
