import { join } from 'node:path';

/** Where the example's template is checked in. */
export const TEMPLATE_FILE = join(import.meta.dirname, 'templates', 'orders.template.json');
