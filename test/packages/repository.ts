import { fileURLToPath } from 'node:url';

/** The repository's folder, with a trailing slash. */
export const REPOSITORY: string = fileURLToPath(new URL('../../', import.meta.url));
