process.argv[3] = 'light';
await import('./http-event.twelvefold.ts');
