import { existsSync } from 'node:fs';
import type { AppResource, Secret } from 'twelvefold';

interface LedgerConfig {
  readonly limits: { readonly each: number };
  readonly vault: { readonly token: Secret<string> };
}

let open: LedgerConfig | undefined;

/** A library of the probe. The file that LEDGER_DOWN names makes its check fail. */
export const ledger: AppResource<LedgerConfig> & { limit(): number } = {
  name: 'ledger',
  start: (context) => {
    open = context.config;
    context.logger.info('ledger opened', { each: context.config.limits.each });
  },
  check: () => {
    if (existsSync(process.env.LEDGER_DOWN ?? '')) throw new Error(`refused ${open?.vault.token.reveal()}`);
  },
  drain: () => undefined,
  stop: () => {
    open = undefined;
  },
  limit: () => {
    if (!open) throw new Error('The ledger is not open');
    return open.limits.each;
  },
};
