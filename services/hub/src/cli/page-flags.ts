import { z } from 'zod';

export const pageFlags = [
  ['--limit <count>', '1 to 500 (50)'],
  ['--before <id>', 'go on after the last of the page before'],
] as const;

export const pageOptions = {
  limit: z.coerce.number({ error: 'is a number from 1 to 500' }).int().min(1).max(500).optional(),
  before: z.string().optional(),
};
