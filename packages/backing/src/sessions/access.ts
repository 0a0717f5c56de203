/** The IAM actions behind each access to a session store. */
export const SESSIONS_ACCESS = {
  read: ['dynamodb:GetItem'],
  write: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
} as const;
