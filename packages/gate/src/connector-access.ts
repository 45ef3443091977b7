import { EFFECTS, type Effect, lowestCeiling } from '@hub/core/effect.ts';
import type { Role } from '@hub/core/policy.ts';
import type { ConnectorAccess as StoredAccess } from '@hub/db/connector-access.ts';
import type { HomeSummary } from '@hub/tools/define.ts';
import { z } from 'zod';
import { visibilitySchema } from './visibility.ts';

/** What an owner sets per connector, kept as JSON beside it. */
export const connectorSettingsSchema = z.object({
  readOnly: z.boolean().default(false),
  disabledTools: z.array(z.string()).default([]),
  /** Configuration writes need the key that the best-practice guide shows. */
  strict: z.boolean().default(true),
  /** Entity rules; without them every entity of its homes is visible. */
  visibility: visibilitySchema.optional(),
  /** What lies above the ceiling, up to this effect, a person may allow once; without it, it is refused. */
  askUpTo: z.enum(EFFECTS).optional(),
});

export type ConnectorSettings = Readonly<z.infer<typeof connectorSettingsSchema>>;

export interface HomeAccess extends HomeSummary {
  readonly ceiling: Effect;
}

/** Everything the gate needs to know of a connector; cached per replica, dropped when it changes. */
export interface ConnectorAccess {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
  readonly tenantIsActive: boolean;
  readonly memberId: string;
  readonly personId: string;
  readonly role: Role;
  /** With entity rules no higher than these allow. */
  readonly ceiling: Effect;
  readonly isRevoked: boolean;
  readonly validUntil: Date | undefined;
  readonly settings: ConnectorSettings;
  readonly homes: readonly HomeAccess[];
}

export function accessOf({ connector, tenant, member, validity, validUntil, homes }: StoredAccess): ConnectorAccess {
  const settings = connectorSettingsSchema.parse(connector.settings);
  return {
    id: connector.id,
    name: connector.name,
    tenantId: tenant.id,
    tenantIsActive: tenant.state === 'active',
    memberId: member.id,
    personId: member.personId,
    role: member.role,
    ceiling: lowestCeiling([connector.ceiling, settings.visibility?.ceiling ?? 'destroy']),
    isRevoked: validity === 'revoked',
    validUntil,
    settings,
    homes: homes.map(({ id, slug, name, tags, isSimulated, ceiling }) => ({
      id,
      slug,
      name,
      tags,
      isSimulated,
      ceiling,
    })),
  };
}

/** Valid at this moment, by our own clock. */
export function validityOf(connector: ConnectorAccess, now = Date.now()): 'valid' | 'revoked' | 'expired' {
  if (connector.isRevoked) return 'revoked';
  return connector.validUntil && connector.validUntil.getTime() <= now ? 'expired' : 'valid';
}
