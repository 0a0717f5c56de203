/** The row that every contestant puts and gets. */
export const ROW = {
  orderId: '5f0c7a3e-9d52-4a8e-8e4e-1d6d3a1f0b77',
  userId: 'user-42',
  sku: 'keyboard',
  quantity: 2,
  totalCents: 11_900,
  status: 'placed',
  placedAt: '2026-11-30T12:00:00.000Z',
  tags: ['gift', 'express'],
  address: { city: 'Bonn', zip: '53111' },
};
