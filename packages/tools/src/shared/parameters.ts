import { z } from 'zod';

/** `"a"`, `"a,b"` or `["a", "b"]`: models write all three; tools see a list. */
export function stringList(description?: string) {
  const schema = z
    .union([z.string(), z.array(z.string())])
    .transform((value) => (typeof value === 'string' ? splitList(value) : value));
  return description === undefined ? schema : schema.describe(description);
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A whole number from `least`, at most `most` when given. */
export function count(least: number, most?: number) {
  const schema = z.number().int().min(least);
  return most === undefined ? schema : schema.max(most);
}

/** What goes with guidance; the gate gives it and asks for the key. */
export const guidanceParameters = {
  MandatoryBPS: z.boolean().default(true).describe('false: no best-practice rules in the answer'),
  BestPracticeKey: z.string().optional().describe('from ha_get_skill_guide'),
};

/** What every successful answer may carry; tools extend it with their own keys. */
/** On configuration writes: the gate stops the call before it writes, and answers with the diff. */
export const previewParameter = z.boolean().optional().describe('show the diff, save nothing');

export const successShape = { success: z.literal(true), warnings: z.array(z.string()).optional() };
