import type { Fault, FaultKind } from '../../core/faults.ts';
import type { Html } from '../html.ts';
import { actionForm, dataTable, field, html } from '../html.ts';
import type { ConsoleContext, Section } from '../section.ts';
import { ConsoleFault, orFault, required } from '../section.ts';

interface ClockPage {
  readonly nowMs: number;
  readonly frozen: boolean;
  readonly faults: ReadonlyArray<Fault & { readonly struck: number }>;
  readonly canSignal: boolean;
}

const KINDS: readonly FaultKind[] = ['throttle', 'dropResponse', 'duplicate', 'error500', 'delay', 'hold', 'reset'];
const STEPS: ReadonlyArray<readonly [label: string, ms: number]> = [
  ['30 seconds', 30_000],
  ['5 minutes', 300_000],
  ['1 hour', 3_600_000],
  ['1 day', 86_400_000],
];

/** The endpoint's clock, the faults that calls meet, and signals to the app. */
export const clockSection: Section<ClockPage> = {
  path: 'clock',
  title: 'Clock and faults',
  read: ({ aws: { clock, faults }, signalApp }) => ({
    nowMs: clock.now(),
    frozen: clock.frozen,
    faults: faults.list(),
    canSignal: signalApp !== undefined,
  }),
  render,
  actions: {
    advance: ({ aws: { clock } }, form) => {
      const ms = Number(required(form, 'ms'));
      if (!(ms > 0 && Number.isFinite(ms))) throw new ConsoleFault('ms must be more than 0');
      clock.advance(ms);
      return `The clock is ${ms / 1_000} seconds further.`;
    },
    freeze: ({ aws: { clock } }) => {
      clock.freeze();
      return 'The clock stands still.';
    },
    unfreeze: ({ aws: { clock } }) => {
      clock.unfreeze();
      return 'The clock goes on.';
    },
    'add-fault': async ({ aws: { faults } }, form) => {
      const text = (name: string) => form.get(name) || undefined;
      const number = (name: string) => (text(name) === undefined ? undefined : Number(text(name)));
      const entries = Object.entries({
        kind: required(form, 'kind'),
        service: text('service'),
        operation: text('operation'),
        component: text('component'),
        times: number('times'),
        delayMs: number('delayMs'),
      }).filter(([, value]) => value !== undefined);
      await orFault(() => faults.add(Object.fromEntries(entries) as unknown as Fault)); // add() checks every field
      return 'The fault strikes from now on.';
    },
    'clear-faults': ({ aws: { faults } }) => {
      faults.clear();
      return 'No call meets a fault now.';
    },
    signal: ({ signalApp }: ConsoleContext, form) => {
      const signal = required(form, 'signal');
      if (signal !== 'SIGTERM' && signal !== 'SIGKILL') throw new ConsoleFault('signal must be SIGTERM or SIGKILL');
      if (signalApp === undefined) throw new ConsoleFault('The app runs as functions: there is no process to signal');
      signalApp(signal);
      return `${signal} sent to the service.`;
    },
  },
};

function render({ nowMs, frozen, faults, canSignal }: ClockPage): Html {
  return html`<p>The endpoint's clock: <strong>${new Date(nowMs).toISOString()}</strong>${frozen ? ', frozen' : ''}.
Visibility timeouts, delays, time to live and schedules follow it.</p>
${STEPS.map(([label, ms]) => actionForm('/clock/advance', { ms: String(ms) }, `Advance by ${label}`))}
${frozen ? actionForm('/clock/unfreeze', {}, 'Let it go on') : actionForm('/clock/freeze', {}, 'Freeze')}
<h2>Faults</h2>
${dataTable(
  'Faults that calls meet, the first that matches',
  ['Kind', 'Service', 'Operation', 'Component', 'Times', 'Met'],
  faults.map(({ kind, service, operation, component, times, struck }) => [
    kind,
    service ?? 'any',
    operation ?? 'any',
    component ?? 'any',
    times ?? 'until cleared',
    struck,
  ]),
  'No call meets a fault.',
)}
<form method="post" action="/clock/add-fault"><label>Kind <select name="kind">${KINDS.map((kind) => html`<option>${kind}</option>`)}</select></label>
${field('service', 'Service', { placeholder: 'sqs' })}${field('operation', 'Operation', { placeholder: 'SendMessage' })}
${field('component', 'Component', { placeholder: 'http' })}${field('times', 'Times', { inputmode: 'numeric', pattern: '[0-9]+' })}
${field('delayMs', 'Delay in ms', { inputmode: 'numeric', pattern: '[0-9]+' })}<button>Add</button></form>
${faults.length === 0 ? '' : actionForm('/clock/clear-faults', {}, 'Clear all')}
<h2>The app</h2>
${
  canSignal
    ? ['SIGTERM', 'SIGKILL'].map((signal) => actionForm('/clock/signal', { signal }, `Send ${signal}`))
    : html`<p>It runs as functions.</p>`
}`;
}
