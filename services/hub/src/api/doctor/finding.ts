import { z } from 'zod';

const AREAS = ['database', 'keys', 'home', 'memory', 'jobs', 'public'] as const;

export const findingShape = z
  .object({
    area: z.enum(AREAS),
    subject: z.string().optional().describe('Which home or address.'),
    level: z.enum(['ok', 'warn', 'broken']),
    message: z.string(),
    advice: z.string().optional().describe('What to do about it.'),
  })
  .meta({ id: 'Finding' });

export type Finding = z.output<typeof findingShape>;

type Area = Finding['area'];

export function ok(area: Area, message: string, subject?: string): Finding {
  return { area, level: 'ok', message, ...(subject === undefined ? {} : { subject }) };
}

export function warn(area: Area, message: string, advice: string, subject?: string): Finding {
  return { area, level: 'warn', message, advice, ...(subject === undefined ? {} : { subject }) };
}

export function broken(area: Area, message: string, advice: string, subject?: string): Finding {
  return { area, level: 'broken', message, advice, ...(subject === undefined ? {} : { subject }) };
}
