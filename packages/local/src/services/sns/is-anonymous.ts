import { ANONYMOUS } from '../../core/principal.ts';
import type { CallContext } from '../../core/service.ts';

/** Whether a call came by a link, without a signature. */
export const isAnonymous = ({ principal }: CallContext) => principal.userId === ANONYMOUS;
