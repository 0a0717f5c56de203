import { installLightHttp } from '@twelvefold/lifecycle';

installLightHttp();
await import('./http-event.twelvefold.ts');
