import { readString, readStructures } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { snsError } from '../errors.ts';
import { publish, readPublication } from '../publication.ts';
import { maximumMessageSize } from '../topic-attributes.ts';
import { topicOf } from '../topic-of.ts';

const MAX_ENTRIES = 10;

/** What is wrong with one entry fails the whole batch (recorded on AWS); deliveries fail later and elsewhere. */
export const publishBatch: Action = async (input, context) => {
  const topic = topicOf(input, context, 'sns:Publish');
  const entries = readStructures(input, 'PublishBatchRequestEntries') ?? [];
  if (entries.length === 0) {
    throw snsError('EmptyBatchRequestException', 'The batch request does not contain any entries.');
  }
  if (entries.length > MAX_ENTRIES) {
    throw snsError(
      'TooManyEntriesInBatchRequestException',
      'The batch request contains more entries than permissible.',
    );
  }
  const ids = entries.map((entry) => readString(entry, 'Id') ?? '');
  if (!ids.every((id) => /^[A-Za-z0-9_-]{1,80}$/.test(id))) {
    throw snsError(
      'InvalidBatchEntryIdException',
      'The Id of a batch entry in a batch request does not abide by the specification.',
    );
  }
  if (new Set(ids).size < ids.length) {
    throw snsError('BatchEntryIdsNotDistinctException', 'Two or more batch entries in the request have the same Id.');
  }
  const publications = entries.map((entry) => readPublication(entry, topic));
  if (publications.reduce((sum, { size }) => sum + size, 0) > maximumMessageSize(topic)) {
    throw snsError(
      'BatchRequestTooLongException',
      'The length of all the batch messages put together is more than the limit.',
    );
  }
  const successful = [];
  for (const [index, publication] of publications.entries()) {
    successful.push({ Id: ids[index], ...(await publish(topic, publication, context)) });
  }
  return { Successful: successful, Failed: [] };
};
