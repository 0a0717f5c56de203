import type { HostProfile } from '../profile.ts';

/** A laptop: short drain, nothing in front of the port, readable logs on a terminal. */
export function localProfile(isTerminal: boolean): HostProfile {
  return {
    host: 'local',
    budgetMs: 10_000,
    lingerMs: 0,
    logFormat: isTerminal ? 'pretty' : 'json',
    facts: {},
    asksHealth: false,
    warnings: [],
  };
}
