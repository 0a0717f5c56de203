import type { Lifecycle } from '@twelvefold/lifecycle';
import type { RequestContext, ShutdownReport } from '@twelvefold/lifecycle/internal';
import type { HostProfile, HttpServer } from '@twelvefold/lifecycle/internal/service';
import { createHttpServer, serviceProfile } from '@twelvefold/lifecycle/service';
import { createClock, launchEventSourceMapping, launchHttpFront } from '@twelvefold/local';
import type { ControlledClock, EventSourceMapping, HttpFront } from '@twelvefold/local/internal';
import type { HttpContext } from 'twelvefold';
import type { ManifestParameter, ManifestSecret } from 'twelvefold/internal';
import type { Manifest } from 'twelvefold/manifest';
import { expectTypeOf, it } from 'vitest';

it('a public name leads to each type behind /internal', () => {
  expectTypeOf(serviceProfile).returns.resolves.toEqualTypeOf<HostProfile>();
  expectTypeOf(createHttpServer).returns.toEqualTypeOf<HttpServer>();
  expectTypeOf<Lifecycle['stop']>().returns.resolves.toEqualTypeOf<ShutdownReport>();
  expectTypeOf<HttpContext<unknown, unknown>['http']>().toEqualTypeOf<RequestContext>();
  expectTypeOf(createClock).returns.toEqualTypeOf<ControlledClock>();
  expectTypeOf(launchHttpFront).returns.resolves.toEqualTypeOf<HttpFront>();
  expectTypeOf(launchEventSourceMapping).returns.toEqualTypeOf<EventSourceMapping>();
  expectTypeOf<Manifest['config']['parameters'][number]>().toEqualTypeOf<ManifestParameter>();
  expectTypeOf<Manifest['config']['secrets'][number]>().toEqualTypeOf<ManifestSecret>();
});
