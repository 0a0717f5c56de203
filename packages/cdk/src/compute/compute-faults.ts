import type { Manifest, ManifestComponent } from 'twelvefold/manifest';
import { functionTimeout, MAX_TIMEOUT_SECONDS, triggerVisibility } from './function-timeout.ts';
import { frontOf, streams } from './http-front.ts';
import type { Compute, LambdaPlacement, Placement } from './placement.ts';
import { fargatePlacement, lambdaPlacement, placementsOf } from './placement.ts';
import type { ServiceOptions } from './service-options.ts';

const MEMORY = { least: 128, most: 10_240 };

/** Everything that is wrong with where components are to run. */
export function computeFaults({
  manifest,
  compute,
  code,
  service = {},
}: {
  readonly manifest: Manifest;
  readonly compute: Compute;
  readonly code?: unknown;
  readonly service?: ServiceOptions;
}): string[] {
  const names = manifest.components.map(({ name }) => name);
  const onFargate = manifest.components.filter(({ name }) => fargatePlacement(compute, name) !== undefined);
  const fronts = onFargate.filter(({ trigger }) => trigger.kind === 'http').map(({ name }) => name);
  return [
    ...Object.keys(compute)
      .filter((name) => !names.includes(name))
      .map((name) => `compute has '${name}', which is not a component (components: ${names.join(', ')})`),
    ...manifest.components.flatMap((component) =>
      placementFaults(component, placementsOf(compute, component.name), code !== undefined),
    ),
    ...serviceFaults(onFargate, service),
    ...supervisorFaults(manifest, compute, service),
    ...(fronts.length > 1 ? [`${fronts.join(' and ')} are both HTTP fronts, and a service has one port`] : []),
  ];
}

function placementFaults(component: ManifestComponent, placements: readonly Placement[], hasAssets: boolean): string[] {
  const { name, trigger } = component;
  const at = `component '${name}'`;
  if (placements.length === 0) {
    return [`${at} runs nowhere: add it to compute, e.g. { '${name}': lambda() }`];
  }
  const hosts = placements.map(({ host }) => host);
  const faults: string[] = [];
  if (hosts.some((host) => host !== 'lambda' && host !== 'fargate')) {
    faults.push(`${at} is placed by something else than lambda() or fargate()`);
  }
  if (new Set(hosts).size < hosts.length) faults.push(`${at} is placed twice on the same host`);
  if (trigger.kind !== 'invoke' && placements.some((placement) => placement.host === 'fargate' && hasSize(placement))) {
    faults.push(
      `${at} runs in the service, whose size is service: { cpu, memoryLimitMiB }; fargate() takes none for it`,
    );
  }
  const functions = placements.filter((placement): placement is LambdaPlacement => placement.host === 'lambda');
  return [...faults, ...functions.flatMap((placement) => functionFaults(component, placement, hasAssets))];
}

function hasSize({ cpu, memoryLimitMiB }: { readonly cpu?: number; readonly memoryLimitMiB?: number }): boolean {
  return cpu !== undefined || memoryLimitMiB !== undefined;
}

/** Faults of the service that runs components together. */
function serviceFaults(
  onFargate: readonly ManifestComponent[],
  { network, scaling, ...service }: ServiceOptions,
): string[] {
  const faults: string[] = [];
  const needNetwork = ['deployment', 'fargateServiceProps', 'loadBalancerProps'] as const;
  if (!network) {
    const given = [...needNetwork.filter((option) => service[option] !== undefined), ...(scaling ? ['scaling'] : [])];
    if (given.length > 0) faults.push(`service has ${given.join(' and ')}, but no network: pass service.network.vpc`);
  }
  if (network?.existingListener) {
    const given = [
      ...(['certificate', 'internal'] as const).filter((option) => network[option] !== undefined),
      ...(service.loadBalancerProps ? ['loadBalancerProps'] : []),
    ];
    if (given.length > 0) {
      faults.push(`service has existingListener and ${given.join(' and ')}, which are for a new load balancer`);
    }
  }
  const min = scaling?.min ?? 1;
  if (scaling && (!Number.isInteger(scaling.max) || !Number.isInteger(min) || min < 1 || scaling.max < min)) {
    faults.push(`service.scaling has min ${min} and max ${scaling.max}; both are whole numbers, 1 <= min <= max`);
  }
  for (const [name, { acceptableLatency, messageTime }] of Object.entries(scaling?.queues ?? {})) {
    if (onFargate.find((one) => one.name === name)?.trigger.kind !== 'queue') {
      faults.push(`service.scaling.queues has '${name}', which is not a consumer placed on Fargate`);
    }
    if (messageTime.toMilliseconds() <= 0 || acceptableLatency.toMilliseconds() < messageTime.toMilliseconds()) {
      faults.push(
        `service.scaling.queues.${name} has an acceptableLatency below its messageTime: no number of tasks keeps it`,
      );
    }
  }
  return faults;
}

/** Tasks with records of runs that the supervisor could not start. */
function supervisorFaults({ supervisor }: Manifest, compute: Compute, { network }: ServiceOptions): string[] {
  if (!supervisor || network) return [];
  return supervisor.tasks
    .filter((name) => fargatePlacement(compute, name) && !lambdaPlacement(compute, name))
    .map((name) => `task '${name}' runs on Fargate, where the supervisor starts it: pass service.network.vpc`);
}

/** HTTP APIs and REST APIs give up after this many seconds by default; a function URL waits. */
const FRONT_SECONDS = { 'http-api': 30, 'rest-api': 29, 'function-url': MAX_TIMEOUT_SECONDS };

function functionFaults(component: ManifestComponent, placement: LambdaPlacement, hasAssets: boolean): string[] {
  const { name, trigger } = component;
  const { memorySize = MEMORY.least } = placement;
  const seconds = functionTimeout(component, placement);
  const visibility = triggerVisibility(component);
  const at = `the function of '${name}'`;
  const faults: string[] = [];
  if (!Number.isInteger(memorySize) || memorySize < MEMORY.least || memorySize > MEMORY.most) {
    faults.push(`${at} has ${memorySize} MB of memory; Lambda gives ${MEMORY.least} to ${MEMORY.most}`);
  }
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_TIMEOUT_SECONDS) {
    faults.push(`${at} has a timeout of ${seconds} s; Lambda takes whole seconds from 1 to ${MAX_TIMEOUT_SECONDS}`);
  }
  const front = frontOf(component, placement);
  // A streamed response of a REST API may take 15 minutes.
  const frontSeconds = streams(component) ? MAX_TIMEOUT_SECONDS : FRONT_SECONDS[front];
  if (trigger.kind === 'http' && seconds > frontSeconds) {
    faults.push(`${at} has a timeout of ${seconds} s, but its API gives up after ${frontSeconds} s`);
  }
  if (trigger.kind === 'http' && front === 'http-api' && streams(component)) {
    faults.push(`${at} streams its responses, which an HTTP API does not: front: 'rest-api' or 'function-url'`);
  }
  if (trigger.kind !== 'http' && placement.front) faults.push(`${at} has a front, but it is not an HTTP component`);
  const { maxConcurrency, provisionedConcurrency, shift } = placement;
  if (maxConcurrency !== undefined && trigger.kind !== 'queue') {
    faults.push(`${at} has maxConcurrency, which is for consumers`);
  }
  // Lambda API reference, ScalingConfig.
  if (
    maxConcurrency !== undefined &&
    !(Number.isInteger(maxConcurrency) && maxConcurrency >= 2 && maxConcurrency <= 1_000)
  ) {
    faults.push(`${at} has a maxConcurrency of ${maxConcurrency}; an event source takes 2 to 1,000`);
  }
  if ((provisionedConcurrency || shift) && !hasAssets) {
    const option = shift ? 'shift' : 'provisionedConcurrency';
    faults.push(
      `${at} has ${option}, which needs a version for each change of its code: pass code: { directory }, or { zips } for a pipeline`,
    );
  }
  const { min = 1, max = min } = provisionedConcurrency ?? {};
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 1 || max < min) {
    faults.push(`${at} has a provisionedConcurrency of ${min} to ${max}; both are whole numbers, 1 <= min <= max`);
  }
  if (shift && !(shift.percent > 0 && shift.percent < 100 && Number.isInteger(shift.minutes) && shift.minutes >= 1)) {
    faults.push(
      `${at} has a shift of ${shift.percent} % every ${shift.minutes} minutes; percent is 1 to 99, minutes 1 or more`,
    );
  }
  // Lambda refuses the event source mapping; messages would be seen again while they are worked on.
  if (visibility !== undefined && visibility < seconds) {
    faults.push(
      `${at} has a timeout of ${seconds} s, longer than its queue's visibility timeout of ${visibility} s; ` +
        `raise that to ${seconds * 6} s (six times is recommended) or lower the timeout`,
    );
  }
  return faults;
}
