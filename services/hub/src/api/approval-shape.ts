import { z } from 'zod';
import { effect, id, when } from './field-shapes.ts';

export const approvalShape = z
  .object({
    id,
    connector: z.string().optional().describe('Who asks; missing when it is no more.'),
    homes: z.array(z.string()).describe('slugs'),
    tool: z.string(),
    effect,
    title: z.string(),
    reason: z.string().describe('Mostly the arguments in short, without what may be secret.'),
    reaches: z.array(z.string()).describe('Entities it acts on, scripts and automations it runs.'),
    state: z.enum(['pending', 'allowed', 'denied', 'used', 'expired']),
    createdAt: when,
    expiresAt: when,
  })
  .meta({ id: 'Approval' });
