import { Drop, Poison, Retry } from 'twelvefold';
import { app } from '../app.ts';
import { knock } from './knock.ts';
import { untilOpen } from './until-open.ts';

export const jobs = app.consumer(
  'jobs',
  { uses: { config: ['limits', 'vault'], rows: ['read', 'write'], steps: ['send'], once: ['write'] }, concurrency: 5 },
  async ({ id, does, at }, ctx) => {
    const { backing, config, correlationId, logger, message, metrics, scope, signal } = ctx;
    const { receiveCount } = message;
    metrics.addMetric('JobSeen', 'Count', 1);
    switch (does) {
      case 'fail-once':
        if (receiveCount === 1) throw new Error(`first try of ${id}`);
        break;
      case 'retry-once':
        if (receiveCount === 1) throw new Retry('1s');
        break;
      case 'fail':
        throw new Error(`cannot work with ${config.vault.token.reveal()}`);
      case 'hold':
        logger.info('holding');
        await untilOpen(backing.rows, id, signal);
        break;
      case 'poison':
        throw new Poison(`${id} is invalid`);
      case 'drop':
        throw new Drop(`${id} is out of date`);
      case 'log':
        logger.appendKeys({ job: id });
        logger.debug('not at this level');
        logger.info('everything', {
          password: 'hunter2',
          nested: { authorization: 'Bearer abc', text: `token=${config.vault.token.reveal()};` },
          error: new Error('outer', { cause: new AggregateError([new Error('inner')], 'several') }),
        });
        break;
      case 'forward':
        await backing.steps.send({ lane: `lane-${id}`, step: 1 }, { signal });
        break;
      case 'twice-in-transaction': {
        const effect = backing.rows.updateOperation(id, { add: { effects: 1 } });
        await backing.once.once(id, [effect], { signal });
        await backing.once.once(id, [effect], { signal });
        return;
      }
      case 'hold-in-transaction':
        logger.info('holding');
        await untilOpen(backing.rows, id, signal);
        await backing.once.once(id, [backing.rows.updateOperation(id, { add: { effects: 1 } })], { signal });
        logger.info('effect took');
        return;
      case 'knock': {
        const { opened } = await knock(ctx, at ?? '');
        if (!opened) throw new Error('The door stayed shut');
        break;
      }
      default:
    }
    await backing.rows.update(
      id,
      {
        set: {
          receives: receiveCount,
          correlationId,
          ...(scope.trace.traceparent ? { traceparent: scope.trace.traceparent } : {}),
        },
      },
      { signal },
    );
    logger.info('job done', { job: id });
  },
);
