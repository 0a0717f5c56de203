import { lambda } from 'twelvefold/lambda';
import { orderConsumer } from '../components/order-consumer.ts';

export const handler = await lambda(orderConsumer);
