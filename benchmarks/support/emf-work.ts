export const PUBLICATIONS = 50_000;
export const METRICS = ['ordersPlaced', 'itemsSold', 'totalCents', 'payments', 'refunds'];
