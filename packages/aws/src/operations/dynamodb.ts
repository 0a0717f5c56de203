/** A DynamoDB item or key as plain JavaScript: marshalling happens below the port. */
export type Item = Record<string, unknown>;

interface Expression {
  ConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
  ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE';
}

export interface PutInput extends Expression {
  TableName: string;
  Item: Item;
  ReturnValues?: 'NONE' | 'ALL_OLD';
}

export interface UpdateInput extends Expression {
  TableName: string;
  Key: Item;
  UpdateExpression?: string;
  ReturnValues?: 'NONE' | 'ALL_OLD' | 'UPDATED_OLD' | 'ALL_NEW' | 'UPDATED_NEW';
}

export interface DeleteInput extends Expression {
  TableName: string;
  Key: Item;
  ReturnValues?: 'NONE' | 'ALL_OLD';
}

export interface ConditionCheckInput extends Expression {
  TableName: string;
  Key: Item;
  ConditionExpression: string;
}

interface Page {
  Items?: Item[];
  Count?: number;
  ScannedCount?: number;
  LastEvaluatedKey?: Item;
}

interface Read {
  TableName: string;
  IndexName?: string;
  FilterExpression?: string;
  ProjectionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
  ExclusiveStartKey?: Item;
  Limit?: number;
  ConsistentRead?: boolean;
}

export interface TransactWriteEntry {
  Put?: Omit<PutInput, 'ReturnValues'>;
  Update?: Omit<UpdateInput, 'ReturnValues'> & { UpdateExpression: string };
  Delete?: Omit<DeleteInput, 'ReturnValues'>;
  ConditionCheck?: ConditionCheckInput;
}

/** Keys of one table to read together, each a whole primary key, without repeats. */
export interface KeysAndAttributes {
  Keys: Item[];
  ConsistentRead?: boolean;
  ProjectionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
}

/** A whole row to put, or the key of one to delete. */
export interface BatchWriteEntry {
  PutRequest?: { Item: Item };
  DeleteRequest?: { Key: Item };
}

/** The DynamoDB operations that drivers use, with items as plain JavaScript values. */
export interface DynamoDbOperations {
  GetItem: {
    input: {
      TableName: string;
      Key: Item;
      ConsistentRead?: boolean;
      ProjectionExpression?: string;
      ExpressionAttributeNames?: Record<string, string>;
    };
    output: { Item?: Item };
  };
  /**
   * At most 100 keys. Answers in any order. Throttled keys come back in `UnprocessedKeys`, with
   * status 200.
   */
  BatchGetItem: {
    input: { RequestItems: Record<string, KeysAndAttributes> };
    output: { Responses?: Record<string, Item[]>; UnprocessedKeys?: Record<string, KeysAndAttributes> };
  };
  /**
   * At most 25 entries, each of another row. Throttled ones come back in `UnprocessedItems`, with
   * status 200.
   */
  BatchWriteItem: {
    input: { RequestItems: Record<string, BatchWriteEntry[]> };
    output: { UnprocessedItems?: Record<string, BatchWriteEntry[]> };
  };
  PutItem: { input: PutInput; output: { Attributes?: Item } };
  UpdateItem: { input: UpdateInput; output: { Attributes?: Item } };
  DeleteItem: { input: DeleteInput; output: { Attributes?: Item } };
  Query: { input: Read & { KeyConditionExpression: string; ScanIndexForward?: boolean }; output: Page };
  Scan: { input: Read & { Segment?: number; TotalSegments?: number }; output: Page };
  TransactWriteItems: {
    input: { TransactItems: TransactWriteEntry[]; ClientRequestToken?: string };
    output: Record<string, never>;
  };
}

/** Why one entry of a cancelled transaction failed; `Code` is `None` for entries that did not. */
export interface CancellationReason {
  Code?: string;
  Message?: string;
  Item?: Item;
}
