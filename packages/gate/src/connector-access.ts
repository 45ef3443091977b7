import { canonicalJson } from '@hub/core/canonical-json.ts';
import { EFFECTS, type Effect, lowestCeiling } from '@hub/core/effect.ts';
import type { Role } from '@hub/core/policy.ts';
import type { ConnectorAccess as StoredAccess } from '@hub/db/connector-access.ts';
import type { HomeSummary } from '@hub/tools/define.ts';
import { z } from 'zod';
import { DEFAULT_PINS } from './tool-pins.ts';
import { visibilitySchema } from './visibility.ts';

/** What an owner sets per connector, kept as JSON beside it; what is left out there follows its homes, then these defaults. */
export const connectorSettingsSchema = z.object({
  readOnly: z.boolean().default(false),
  disabledTools: z.array(z.string()).default([]),
  /** A short list with a search for the rest; `auto` goes by the client. */
  toolSearch: z.enum(['on', 'off', 'auto']).default('off'),
  /** Listed beside the search. */
  pinnedTools: z.array(z.string()).default([...DEFAULT_PINS]),
  backupHint: z.enum(['strong', 'normal', 'weak', 'auto']).default('normal'),
  /** Configuration writes need the key that the best-practice guide shows. */
  strict: z.boolean().default(true),
  /** Entity rules; without them every entity of its homes is visible. */
  visibility: visibilitySchema.optional(),
  /** What lies above the ceiling, up to this effect, a person may allow once; without it, it is refused. */
  askUpTo: z.enum(EFFECTS).optional(),
});

export type ConnectorSettings = Readonly<z.infer<typeof connectorSettingsSchema>>;

type StoredSettings = Readonly<Record<string, unknown>>;

/** What a home may say for all its connectors; entity rules and what may be asked for are one connector's own. */
export const HOME_SETTINGS = [
  'readOnly',
  'disabledTools',
  'toolSearch',
  'pinnedTools',
  'backupHint',
  'strict',
] as const satisfies readonly (keyof ConnectorSettings)[];

export interface HomeAccess extends HomeSummary {
  readonly ceiling: Effect;
  /** What holds for calls to this home: the connector's own settings, then the home's. */
  readonly settings: ConnectorSettings;
}

/** Everything the gate needs to know of a connector; cached per replica, dropped when it changes. */
export interface ConnectorAccess {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
  readonly tenantSlug: string;
  readonly tenantIsActive: boolean;
  readonly memberId: string;
  readonly personId: string;
  readonly role: Role;
  /** With entity rules no higher than these allow. */
  readonly ceiling: Effect;
  readonly isRevoked: boolean;
  readonly validUntil: Date | undefined;
  /** What holds where no home is meant, and for the list: its own, then what all its homes say alike. */
  readonly settings: ConnectorSettings;
  readonly homes: readonly HomeAccess[];
}

export function accessOf({ connector, tenant, member, validity, validUntil, homes }: StoredAccess): ConnectorAccess {
  const settings = effectiveSettings(connector.settings, homes);
  return {
    id: connector.id,
    name: connector.name,
    tenantId: tenant.id,
    tenantSlug: tenant.slug,
    tenantIsActive: tenant.state === 'active',
    memberId: member.id,
    personId: member.personId,
    role: member.role,
    ceiling: lowestCeiling([connector.ceiling, settings.visibility?.ceiling ?? 'destroy']),
    isRevoked: validity === 'revoked',
    validUntil,
    settings,
    homes: homes.map(({ id, slug, name, tags, isSimulated, ceiling, settings: ofHome }) => ({
      id,
      slug,
      name,
      tags,
      isSimulated,
      ceiling,
      settings: effectiveSettings(connector.settings, [{ settings: ofHome }]),
    })),
  };
}

/** The connector's own, else what these homes all say alike, else the default. */
export function effectiveSettings(
  own: StoredSettings,
  homes: readonly { readonly settings: StoredSettings }[],
): ConnectorSettings {
  const [first, ...others] = homes.map(({ settings }) => settings);
  const agreed = HOME_SETTINGS.filter((key) => {
    const said = first?.[key];
    return isSaid(said) && others.every((other) => canonicalJson(other[key]) === canonicalJson(said));
  });
  return connectorSettingsSchema.parse({
    ...Object.fromEntries(agreed.map((key) => [key, first?.[key]])),
    ...Object.fromEntries(Object.entries(own).filter(([, value]) => isSaid(value))),
  });
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Valid at this moment, by our own clock. */
export function validityOf(connector: ConnectorAccess, now = Date.now()): 'valid' | 'revoked' | 'expired' {
  if (connector.isRevoked) return 'revoked';
  return connector.validUntil && connector.validUntil.getTime() <= now ? 'expired' : 'valid';
}

/** With several homes each answer says of which one it is. */
export function namingHome(
  { homes }: ConnectorAccess,
  home: { readonly slug: string } | undefined,
  body: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return home && homes.length > 1 ? { ...body, home: home.slug } : body;
}
