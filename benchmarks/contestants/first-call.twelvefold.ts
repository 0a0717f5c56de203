import { startLocalAws } from '@twelvefold/local';

/* An endpoint as its user starts it: tells its URL when it listens, and ends when told. */
const local = await startLocalAws();
process.send?.({ url: local.url });
process.on('message', () => process.send?.({ rssBytes: process.memoryUsage.rss() }));
process.on('disconnect', () => process.exit(0));
