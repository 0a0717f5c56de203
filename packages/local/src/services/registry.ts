import type { ServiceModule } from '../core/service.ts';
import { sts } from './sts/service.ts';

/** Every service that the endpoint answers for. */
export const services: readonly ServiceModule[] = [sts];
