import { ROLES } from '@hub/core/policy.ts';
import { z } from 'zod';
import { id, line } from './field-shapes.ts';

const role = z.enum(ROLES).describe('What the person may do at most, whatever a connector says.');

export const memberShape = z.object({ id, personId: id, personName: z.string(), role }).meta({ id: 'Member' });

export const newMember = z
  .strictObject({
    name: line(100).optional().describe('Of a new person.'),
    email: z.email().max(200).optional(),
    personId: id.optional().describe('Of a person the hub knows, in place of a name.'),
    role: role.default('resident'),
  })
  .refine(({ name, personId }) => (name === undefined) !== (personId === undefined), 'give either name or personId');
