import type { Section } from '../section.ts';
import { clockSection } from './clock.ts';
import { configSection } from './config.ts';
import { permissionsSection } from './permissions.ts';
import { queuesSection } from './queues.ts';
import { runsSection } from './runs.ts';
import { sessionsSection } from './sessions.ts';
import { tablesSection } from './tables.ts';
import { timelineSection } from './timeline.ts';
import { topicsSection } from './topics.ts';

/** The parts of the console, in the order of its navigation. */
export const sections: readonly Section[] = [
  queuesSection,
  tablesSection,
  topicsSection,
  configSection,
  sessionsSection,
  runsSection,
  timelineSection,
  permissionsSection,
  clockSection,
] as unknown as readonly Section[]; // each renders what it read
