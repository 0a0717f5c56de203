import type { Manifest, ManifestComponent } from 'twelvefold/manifest';
import type { Compute, Placement } from './compute.ts';
import { functionTimeout, MAX_TIMEOUT_SECONDS, triggerVisibility } from './function-timeout.ts';
import type { LambdaPlacement } from './lambda.ts';
import { placementsOf } from './placements-of.ts';

const MEMORY = { least: 128, most: 10_240 };
/** An HTTP API's longest integration timeout. */
const HTTP_SECONDS = 30;

/** Everything that is wrong with where components are to run. */
export function computeFaults(manifest: Manifest, compute: Compute): string[] {
  const names = manifest.components.map(({ name }) => name);
  const onFargate = manifest.components.filter((component) =>
    placementsOf(compute, component.name).some(({ host }) => host === 'fargate'),
  );
  const fronts = onFargate.filter(({ trigger }) => trigger.kind === 'http').map(({ name }) => name);
  return [
    ...Object.keys(compute)
      .filter((name) => !names.includes(name))
      .map((name) => `compute has '${name}', which is not a component (components: ${names.join(', ')})`),
    ...manifest.components.flatMap((component) => placementFaults(component, placementsOf(compute, component.name))),
    ...(fronts.length > 1 ? [`${fronts.join(' and ')} are both HTTP fronts, and a service has one port`] : []),
  ];
}

function placementFaults(component: ManifestComponent, placements: readonly Placement[]): string[] {
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
  if (trigger.kind === 'invoke' && hosts.includes('fargate')) {
    faults.push(`${at} is a task, and a service runs fronts and consumers only: place it with lambda()`);
  }
  const functions = placements.filter((placement): placement is LambdaPlacement => placement.host === 'lambda');
  return [...faults, ...functions.flatMap((placement) => functionFaults(component, placement))];
}

function functionFaults(component: ManifestComponent, placement: LambdaPlacement): string[] {
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
  if (trigger.kind === 'http' && seconds > HTTP_SECONDS) {
    faults.push(`${at} has a timeout of ${seconds} s, but its API gives up after ${HTTP_SECONDS} s`);
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
