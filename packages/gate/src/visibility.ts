import { EFFECTS } from '@hub/core/effect.ts';
import { z } from 'zod';

const ids = z.array(z.string().min(1).max(255)).max(1_000);

const selection = z.strictObject({
  entities: ids.default([]).describe('entity ids; * stands for any letters'),
  areas: ids.default([]).describe('area ids; to deny one its name does too'),
  labels: ids.default([]).describe('label ids, of the entity, its device or its area'),
  domains: ids.default([]),
});

/** Which entities of its homes a connector may know of, as the owner writes it. Deny wins over allow. */
export const visibilitySchema = z.strictObject({
  allow: selection.optional().describe('only what one of these names is visible'),
  deny: selection.optional().describe('what one of these names is not visible'),
  excludeHidden: z.boolean().default(false).describe('leave out what Home Assistant hides'),
  excludeCategories: z.array(z.enum(['config', 'diagnostic'])).default([]),
  /** Above control, what a connector writes can reach what it may not see. */
  ceiling: z
    .enum(EFFECTS)
    .default('control')
    .describe('the highest effect beside these rules; above control hidden entities can be reached'),
});
