import { randomBytes } from 'node:crypto';
import { constraint, readInteger } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';

export const generateRandom: Action = (input, context) => {
  context.touches('*');
  const bytes = readInteger(input, 'NumberOfBytes', { min: 1, max: 1024 });
  if (bytes === undefined) throw constraint('NumberOfBytes', 'not be null');
  return { Plaintext: randomBytes(bytes).toString('base64') };
};
