/** A component as a Lambda function. @module */
export { lambda } from './lambda.ts';
