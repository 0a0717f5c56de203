import { lambda } from 'twelvefold/lambda';
import { countGreetings } from '../tasks/count-greetings.ts';

export const handler = await lambda(countGreetings);
