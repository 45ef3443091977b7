import { z } from 'zod';
import { actorShape } from './edit-shape.ts';
import { effect, id, when } from './field-shapes.ts';

export const auditShape = z
  .object({
    id,
    callId: z.string(),
    at: when,
    homeId: id.optional(),
    home: z.string().optional().describe('Slug; missing when the home was removed.'),
    connectorId: id.optional(),
    connector: z.string().optional(),
    actor: actorShape,
    tool: z.string(),
    effect,
    decision: z.enum(['allow', 'deny', 'ask']),
    argsSummary: z.unknown().optional().describe('Arguments without what may be secret.'),
    argsDigest: z.string().optional(),
    outcome: z
      .enum(['done', 'failed', 'refused', 'cancelled', 'unknown'])
      .describe('unknown: also while a write has no outcome yet'),
    faultCode: z.string().optional(),
    durationMs: z.number().optional(),
  })
  .meta({ id: 'AuditEntry' });
