import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { renderTemplate } from './render-template.ts';
import { TEMPLATE_FILE } from './template-file.ts';

mkdirSync(dirname(TEMPLATE_FILE), { recursive: true });
writeFileSync(TEMPLATE_FILE, renderTemplate({ validate: true }));
