import { rmSync, writeFileSync } from 'node:fs';
import { dynamodb } from '@twelvefold/aws';
import type { ShutdownReport } from '@twelvefold/lifecycle/internal';
import { expect } from 'vitest';
import { jsonLines } from '../../../support/json-lines.ts';
import type { RunningApp } from '../../../support/start-app.ts';
import { createClient } from '../../client.ts';
import { linesOf } from '../../logged.ts';
import type { Scenario } from '../../scenario.ts';
import { ledgerDown } from '../start-probe.ts';

/** The status of `/health/ready`, and its entry for the ledger. */
async function readiness(app: RunningApp): Promise<{ status: number; ledger: unknown }> {
  const { status, body } = await createClient(app).send('GET', '/health/ready');
  const { resources } = body as { resources: Array<{ resource: string }> };
  return { status, ledger: resources.find(({ resource }) => resource === 'ledger') };
}

/** The steps of stopping the ledger in the report of what served HTTP. */
function stopped(app: RunningApp): string[] {
  const lines = jsonLines(app.lines().join('\n')).filter(
    ({ function_name, shutdown }) => shutdown && (!function_name || String(function_name).endsWith('-http')),
  );
  return lines.flatMap(({ shutdown }) =>
    (shutdown as ShutdownReport).steps // every host logs its report under that name
      .filter(({ resource }) => resource === 'ledger')
      .map(({ step, outcome }) => `${step} ${outcome}`),
  );
}

/** Each has a separate app on each host: they end it. */
export const RESOURCE_SCENARIOS: readonly Scenario[] = [
  {
    name: "an app's own library is opened with the config, checked by health, and closed after the work in flight",
    contract: {
      up: { status: 200, ledger: { resource: 'ledger', ok: true } },
      down: { status: 503, ledger: { resource: 'ledger', ok: false, reason: 'refused [redacted]' } },
      answer: { status: 200, body: { before: 7, after: 7 } },
    },
    run: async (app) => {
      const client = createClient(app);
      const up = await readiness(app);
      const down = ledgerDown(app.host, app.bundles);
      writeFileSync(down, '');
      const refused = await readiness(app);
      rmSync(down);
      const headers = { 'x-correlation-id': 'resource-held' };
      const held = client.send('GET', '/ledger?gate=ledger', { headers });
      await linesOf(app, 'resource-held', { component: 'http', message: 'holding' });
      const ended = app.launched.stop();
      const TableName = app.physicalId('AWS::DynamoDB::Table', '-rows');
      await app.aws.call(dynamodb, 'PutItem', { TableName, Item: { id: 'gate-ledger' } }, { access: 'write' });
      const { status, body } = await held;
      await ended;
      // An intended difference: managed instances send no signal to a worker thread.
      expect(stopped(app)).toEqual(app.host === 'workers' ? [] : ['drain done', 'stop done']);
      return { up, down: refused, answer: { status, body } };
    },
  },
];
