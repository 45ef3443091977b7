import { z } from 'zod';

/** What is said in place of a failure. */
export interface Verdict {
  readonly outcome: 'failed' | 'unknown';
  readonly error: { readonly code: string; readonly message: string };
}

const saidShape = z
  .looseObject({
    success: z.boolean().optional(),
    status: z.string().optional(),
    error: z.union([z.string(), z.looseObject({ code: z.string(), message: z.string() })]).optional(),
    health: z.looseObject({ verdict: z.string(), because: z.array(z.string()) }).optional(),
    result: z.unknown().optional(),
    results: z.array(z.unknown()).optional(),
  })
  .catch({});

type Said = z.output<typeof saidShape>;

/**
 * A write that was answered may still not have gone well: a part of it failed, nobody knows what became of one, or the home does
 * worse since. Undefined when it went well.
 */
export function judgeAnswer(body: unknown): Verdict | undefined {
  const parts = partsOf(body);
  const lost = parts.find(({ status }) => status === 'unknown');
  if (lost) return { outcome: 'unknown', error: errorOf(lost, 'Whether it happened is not known.') };
  const failed = parts.find(({ success, status }) => success === false || status === 'failed');
  if (failed) return { outcome: 'failed', error: errorOf(failed, 'A part of it failed.') };
  const worse = parts.find(({ health }) => health?.verdict === 'worse')?.health;
  if (!worse) return undefined;
  return {
    outcome: 'failed',
    error: { code: 'SERVICE_CALL_FAILED', message: `The home does worse since. ${worse.because.join(' ')}` },
  };
}

/** The answer, the result of the job that it tells of, and what either says of several items. */
function partsOf(body: unknown): readonly Said[] {
  const told = saidShape.parse(body);
  const wholes = told.result === undefined ? [told] : [told, saidShape.parse(told.result)];
  return wholes.flatMap((whole) => [whole, ...(whole.results ?? []).map((row) => saidShape.parse(row))]);
}

function errorOf({ error }: Said, otherwise: string): Verdict['error'] {
  if (typeof error === 'object') return { code: error.code, message: error.message };
  return { code: 'SERVICE_CALL_FAILED', message: error ?? otherwise };
}
