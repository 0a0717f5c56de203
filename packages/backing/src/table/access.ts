/** The IAM actions behind each access to a table. Transactions are authorized by the actions of their entries. */
export const TABLE_ACCESS = {
  read: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'],
  write: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
} as const;
