process.argv[3] = 'platform';
await import('./http-event.twelvefold.ts');
