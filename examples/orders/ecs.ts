import { run } from 'twelvefold/ecs';
import { app } from './app.ts';
import { api } from './components/api.ts';
import { notificationConsumer } from './components/notification-consumer.ts';
import { orderConsumer } from './components/order-consumer.ts';

await run(app, [api, orderConsumer, notificationConsumer]);
