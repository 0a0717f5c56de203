export { createExpression } from './dynamodb/expression.ts';
export { TABLE_BINDING, tableInfrastructure } from './dynamodb/infrastructure.ts';
export { sendWrite } from './dynamodb/send-write.ts';
