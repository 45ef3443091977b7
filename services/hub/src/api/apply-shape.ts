import { z } from 'zod';
import { line, slug } from './field-shapes.ts';
import { homePatch } from './home-shape.ts';

/** One home as it should be. What it does not say stays as it is; null empties. */
const wantedHome = homePatch.omit({ check: true }).extend({
  slug,
  url: line(500).describe('What people open in a browser, such as http://homeassistant.local:8123'),
});

export type WantedHome = z.output<typeof wantedHome>;

export const applyBody = z
  .strictObject({ homes: z.array(wantedHome).min(1).max(2_000) })
  .superRefine(({ homes }, context) => {
    const seen = new Map<string, number>();
    for (const [at, home] of homes.entries()) {
      const first = seen.get(home.slug);
      if (first === undefined) seen.set(home.slug, at);
      else context.addIssue({ code: 'custom', path: ['homes', at, 'slug'], message: `'${home.slug}' stands twice` });
    }
  });

const changeShape = z.object({
  field: z.string(),
  from: z.string().optional().describe('Never of a secret.'),
  to: z.string().optional().describe('Never of a secret.'),
});

export type FieldChange = z.output<typeof changeShape>;

const appliedShape = z
  .object({
    home: z.string().describe('slug'),
    result: z.enum(['created', 'updated', 'unchanged', 'removed', 'failed']),
    changes: z.array(changeShape),
    reason: z.string().optional(),
  })
  .meta({ id: 'AppliedHome' });

export type AppliedHome = z.output<typeof appliedShape>;

export const applyResultShape = z.object({ dryRun: z.boolean(), homes: z.array(appliedShape) });
