import { z } from 'zod';

/** What a newer hub adds is dropped: a plan is spent by then, so that the run would be lost. */
export const fleetArgs = z.object({
  tool: z.string(),
  args: z.record(z.string(), z.unknown()),
  isWrite: z.boolean(),
  /** A ring begins when the one before is well. */
  rings: z.array(z.array(z.object({ id: z.string(), slug: z.string() }))),
  soakSeconds: z.number().int().min(0).max(86_400),
  maxFailures: z.number().int().min(0),
  maxFailedPercent: z.number().min(0).max(100),
  atOnce: z.number().int().min(1).max(20),
});

export type FleetArgs = z.output<typeof fleetArgs>;

export type FleetHome = FleetArgs['rings'][number][number];
