import { z } from 'zod';

export const fleetArgs = z.strictObject({
  tool: z.string(),
  args: z.record(z.string(), z.unknown()),
  isWrite: z.boolean(),
  /** A ring begins when the one before is well. */
  rings: z.array(z.array(z.strictObject({ id: z.string(), slug: z.string() }))),
  /** Homes of its plan that were not to be run at any more as it began. */
  leftOut: z.array(z.strictObject({ home: z.string(), why: z.string() })).optional(),
  soakSeconds: z.number().int().min(0).max(86_400),
  maxFailures: z.number().int().min(0),
  maxFailedPercent: z.number().min(0).max(100),
  atOnce: z.number().int().min(1).max(20),
});

export type FleetArgs = z.output<typeof fleetArgs>;

export type FleetHome = FleetArgs['rings'][number][number];
