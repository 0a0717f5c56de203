/** When a task runs by itself. */
export interface Schedule {
  /** `cron(0 3 * * ? *)` or `rate(15 minutes)`, as EventBridge Scheduler reads them. */
  readonly at: string;
  /** The time zone of a cron expression, e.g. `Europe/Berlin`. @defaultValue UTC */
  readonly timeZone?: string;
  /** Parameters of the run. @defaultValue none: the schema's defaults */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Further tries of a delivery to the supervisor that failed, 0 to 2. @defaultValue 2 */
  readonly retries?: number;
}

/**
 * EventBridge Scheduler retries 185 times in a day unless a schedule says otherwise: a run of
 * yesterday helps no user.
 */
const MAX_RETRIES = 2;

const RATE = /^rate\((\d+) (minutes?|hours?|days?)\)$/;
/** Six fields: minutes, hours, day of month, month, day of week, year. */
const CRON = /^cron\(([^\s()]+ ){5}[^\s()]+\)$/;

/** The schedules of a task, in order. */
export function schedulesOf(schedule: Schedule | readonly Schedule[] | undefined): readonly Schedule[] {
  if (schedule === undefined) return [];
  return isList(schedule) ? schedule : [schedule];
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(schedule: Schedule | readonly Schedule[]): schedule is readonly Schedule[] {
  return Array.isArray(schedule);
}

export function scheduleFaults(schedule: Schedule | readonly Schedule[] | undefined): string[] {
  return schedulesOf(schedule).flatMap(({ at, timeZone, retries = MAX_RETRIES, ...rest }) => {
    const faults = Object.keys(rest)
      .filter((key) => key !== 'params')
      .map((key) => `unknown option '${key}' of 'schedule'; known: at, timeZone, params, retries`);
    if (!isExpression(at)) {
      faults.push(`'schedule.at' is ${JSON.stringify(at)}; write 'cron(0 3 * * ? *)' or 'rate(15 minutes)'`);
    }
    if (timeZone !== undefined && !isTimeZone(timeZone)) {
      faults.push(`'schedule.timeZone' is ${JSON.stringify(timeZone)}; write e.g. 'Europe/Berlin'`);
    }
    if (!(Number.isInteger(retries) && retries >= 0 && retries <= MAX_RETRIES)) {
      faults.push(`'schedule.retries' is ${retries}; it must be 0 to ${MAX_RETRIES}`);
    }
    return faults;
  });
}

function isExpression(at: unknown): boolean {
  if (typeof at !== 'string') return false;
  const rate = RATE.exec(at);
  // AWS wants the singular for 1 and the plural for all others.
  if (rate) return Number(rate[1]) > 0 && (rate[1] === '1') !== (rate[2] ?? '').endsWith('s');
  if (!CRON.test(at)) return false;
  const [, , dayOfMonth, , dayOfWeek] = at.slice('cron('.length, -1).split(' ');
  // One of the two must be `?` (AWS documentation: schedule types).
  return (dayOfMonth === '?') !== (dayOfWeek === '?');
}

function isTimeZone(timeZone: unknown): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: String(timeZone) });
    return true;
  } catch {
    return false;
  }
}
