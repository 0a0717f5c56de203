export { lambda } from './lambda.ts';
