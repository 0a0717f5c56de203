import { buildManifest } from 'twelvefold/manifest';
import { app } from './app.ts';
import { api } from './components/api.ts';
import { notificationConsumer } from './components/notification-consumer.ts';
import { orderConsumer } from './components/order-consumer.ts';
import { recalculateTotals } from './components/recalculate-totals.ts';

/** The app as data: what infra provisions and grants. */
export const manifest = buildManifest(app, {
  'lambda/http.js': api,
  'lambda/orders.js': orderConsumer,
  'lambda/notifications.js': notificationConsumer,
  'lambda/tasks.js': recalculateTotals,
});
