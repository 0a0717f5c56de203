import { validationError } from '../errors.ts';
import type { AttributeDefinitionsInput, KeySchemaInput } from './definition-input.ts';
import type { KeyAttribute, KeySchema, KeyType } from './key-schema.ts';

/** The declared types by attribute. @throws ServiceError for an attribute declared twice. */
export function readAttributeTypes(definitions: AttributeDefinitionsInput): ReadonlyMap<string, KeyType> {
  const types = new Map<string, KeyType>();
  for (const { AttributeName, AttributeType } of definitions) {
    if (types.has(AttributeName)) {
      throw validationError(
        'One or more parameter values were invalid: ' +
          `Cannot have two attributes with the same name: ${AttributeName}`,
      );
    }
    types.set(AttributeName, AttributeType);
  }
  return types;
}

/** The key of a table or an index. @throws ServiceError for a wrong order of key types or an attribute without a type. */
export function readKeySchema(input: KeySchemaInput, types: ReadonlyMap<string, KeyType>): KeySchema {
  const undefinedNames = input.map(({ AttributeName }) => AttributeName).filter((name) => !types.has(name));
  if (undefinedNames.length > 0) {
    throw validationError(
      'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. ' +
        `Keys: [${undefinedNames.join(', ')}], AttributeDefinitions: [${[...types.keys()].join(', ')}]`,
    );
  }
  const [first, second] = input;
  if (first?.AttributeName === second?.AttributeName) {
    throw validationError('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  }
  if (first?.KeyType !== 'HASH') {
    throw validationError('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  }
  if (second !== undefined && second.KeyType !== 'RANGE') {
    throw validationError('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  }
  const attribute = (name: string): KeyAttribute => ({ name, type: types.get(name) ?? 'S' }); // every name has a type: see above
  return {
    hash: attribute(first.AttributeName),
    range: second === undefined ? undefined : attribute(second.AttributeName),
  };
}
