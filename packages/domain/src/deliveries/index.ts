export { Deliveries, type Delivery, type DeliveryCounts, type NewDelivery } from './deliveries.ts';
export { planRetry } from './plan-retry.ts';
