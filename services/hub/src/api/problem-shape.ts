import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';

/** Every answer that is not a success. */
export const problemShape = z
  .looseObject({
    success: z.literal(false),
    error: z.looseObject({
      code: z.string().describe('Stable; meant for programs.'),
      message: z.string(),
      suggestion: z.string().optional().describe('What to do about it.'),
      suggestions: z.array(z.string()).readonly().optional(),
    }),
  })
  .meta({ id: 'Problem' });

interface SchemaIssue {
  readonly instancePath?: string;
  readonly message?: string | undefined;
}

/** For Fastify's `schemaErrorFormatter`: names each wrong field with what was expected. */
export function schemaFault(issues: readonly SchemaIssue[], place: string): Fault {
  const lines = issues.map(({ instancePath = '', message = 'is wrong' }) => {
    const field = instancePath.split('/').filter(Boolean).join('.');
    return `${field === '' ? place : `${place} ${field}`}: ${message}`;
  });
  return new Fault('VALIDATION_FAILED', [...new Set(lines)].slice(0, 10).join('; '), {
    suggestion: 'The reference at /api/docs shows what each request takes.',
  });
}
