import { z } from 'zod';

export const pageShape = {
  total_count: z.number().int(),
  offset: z.number().int(),
  limit: z.number().int(),
  count: z.number().int(),
  has_more: z.boolean(),
  next_offset: z.number().int().nullable(),
};

/** One page of a list and the block that tells how to go on. */
export function page<T>(all: readonly T[], offset: number, limit: number) {
  const items = all.slice(offset, offset + limit);
  const end = offset + items.length;
  const hasMore = end < all.length;
  return {
    items,
    block: {
      total_count: all.length,
      offset,
      limit,
      count: items.length,
      has_more: hasMore,
      next_offset: hasMore ? end : null,
    },
  };
}
