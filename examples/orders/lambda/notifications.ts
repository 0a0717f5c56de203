import { lambda } from 'twelvefold/lambda';
import { notificationConsumer } from '../components/notification-consumer.ts';

export const handler = await lambda(notificationConsumer);
