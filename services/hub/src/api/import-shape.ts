import { z } from 'zod';

export const rowResultShape = z
  .object({
    row: z.number().int().describe('1 is the first home.'),
    result: z.enum(['created', 'updated', 'invalid']),
    url: z.string().optional(),
    home: z.string().optional().describe('The slug it has, or would have.'),
    reason: z.string().optional(),
  })
  .meta({ id: 'ImportRow' });

export type RowResult = z.output<typeof rowResultShape>;

export const importResultShape = z.object({
  dryRun: z.boolean(),
  created: z.number().int(),
  updated: z.number().int(),
  invalid: z.number().int(),
  rows: z.array(rowResultShape),
});
