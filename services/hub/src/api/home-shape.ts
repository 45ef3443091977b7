import type { HomeRecord } from '@hub/db/home-record.ts';
import type { HomeStatus } from '@hub/db/home-status.ts';
import { z } from 'zod';
import { effect, id, line, maintenanceWindows, note, slug, tags, timeZone, when } from './field-shapes.ts';
import { saidSettings, shapingFields, shapingPatch } from './setting-shapes.ts';

const pem = z
  .string()
  .max(100_000)
  .regex(/-----BEGIN [A-Z ]+-----/, 'is not PEM (-----BEGIN …-----)');

const headers = z
  .record(z.string().max(100), z.string().max(4_000))
  .describe('At most five, such as those of Cloudflare Access.');
const pinnedKey = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'is not the base64 of a SHA-256')
  .describe('SHA-256 of the public key (SPKI) of the home’s certificate, base64: exactly this key is accepted.');

const facts = {
  country: line(100),
  region: line(100),
  timeZone,
  note,
  customerReference: line(200),
};
const secrets = { clientCertificate: pem, clientKey: pem, extraCa: pem, pinnedKey, headers };

const check = z.boolean().default(true).describe('Link to the home first, and store nothing when that fails.');

/** One home as it is added; also a row of an import. */
export const homeInput = z.strictObject({
  url: line(500).describe('What people open in a browser, such as http://homeassistant.local:8123'),
  token: line(5_000).describe('A long-lived access token. Never given back.'),
  name: line(100).optional().describe('The name of its location when missing.'),
  slug: slug.optional(),
  tags: tags.optional(),
  ceiling: effect.optional(),
  isPinned: z.boolean().optional().describe('Writes over many homes leave it alone.'),
  maintenanceWindows: maintenanceWindows.optional(),
  ...z.object(facts).partial().shape,
  ...z.object(secrets).partial().shape,
});

export type HomeFields = z.output<typeof homeInput>;

export const newHome = homeInput.extend({ check });

/** Left out: as it is. null: emptied. */
export const homePatch = z.strictObject({
  url: line(500).optional(),
  token: line(5_000).optional(),
  name: line(100).optional(),
  slug: slug.optional(),
  tags: tags.optional(),
  ceiling: effect.optional(),
  isPinned: z.boolean().optional().describe('Writes over many homes leave it alone.'),
  maintenanceWindows: maintenanceWindows.nullish().describe('null: those of the tenant.'),
  country: facts.country.nullish(),
  region: facts.region.nullish(),
  timeZone: facts.timeZone.nullish(),
  note: facts.note.nullish(),
  customerReference: facts.customerReference.nullish(),
  clientCertificate: pem.nullish(),
  clientKey: pem.nullish(),
  extraCa: pem.nullish(),
  pinnedKey: pinnedKey.nullish(),
  headers: headers.nullish(),
  defaults: z
    .strictObject(shapingPatch)
    .optional()
    .describe('What its connectors take unless they say otherwise; null: as usual.'),
  check: check.describe('When the link changes, try it first, and store nothing when that fails.'),
});

const faultShape = z.object({ code: z.string(), message: z.string(), suggestion: z.string().optional() });

const homeStatusShape = z.object({
  state: z.enum(['offline', 'starting', 'running', 'reauth_required', 'banned']),
  haVersion: z.string().optional(),
  isAdmin: z.boolean().optional(),
  locationName: z.string().optional(),
  lastSeenAt: when.optional(),
  fault: faultShape.optional(),
  checkedAt: when,
});

export const homeShape = z
  .object({
    id,
    slug: z.string(),
    name: z.string(),
    tags: z.array(z.string()),
    ceiling: effect.describe('What may be done to this home at most, whoever asks.'),
    country: z.string().optional(),
    region: z.string().optional(),
    timeZone: z.string().optional(),
    note: z.string().optional(),
    customerReference: z.string().optional(),
    defaults: z
      .object(shapingFields)
      .partial()
      .describe('What connectors that reach it alone, or homes that all say the same, take unless they say otherwise.'),
    isSimulated: z.boolean(),
    isPinned: z.boolean().describe('Writes over many homes leave it alone.'),
    maintenanceWindows: z.array(z.string()).optional().describe('Its own; missing: those of its tenant.'),
    createdAt: when,
    updatedAt: when,
    link: z.object({
      kind: z.enum(['direct', 'tunnel']),
      url: z.string().optional(),
      credentialKind: z.enum(['long_lived_token', 'oauth', 'none']),
      credentialCreatedAt: when.optional(),
      credentialExpiresAt: when.optional(),
      hasClientCertificate: z.boolean(),
      hasExtraCa: z.boolean(),
      hasPinnedKey: z.boolean(),
      headerNames: z.array(z.string()),
    }),
    status: homeStatusShape.optional().describe('What was last seen of it; missing before the first contact.'),
  })
  .meta({ id: 'Home' });

export type HomeAnswer = z.output<typeof homeShape>;

export const checkShape = z
  .object({
    ok: z.boolean(),
    haVersion: z.string().optional(),
    isAdmin: z.boolean().optional(),
    locationName: z.string().optional(),
    timeZone: z.string().optional(),
    latencyMs: z.number().optional(),
    clockAheadS: z.number().optional().describe('How far the clock of the home is ahead of the hub’s, in seconds.'),
    fault: faultShape.optional(),
  })
  .meta({ id: 'HomeCheck' });

export function homeAnswer(home: HomeRecord, status: HomeStatus | undefined): HomeAnswer {
  const { tenantId: _, instanceId: __, saidTimeZone: ___, link, settings, maintenanceWindows: windows, ...rest } = home;
  return {
    ...rest,
    tags: [...home.tags],
    ...(windows && { maintenanceWindows: [...windows] }),
    defaults: saidSettings(settings),
    createdAt: home.createdAt.toISOString(),
    updatedAt: home.updatedAt.toISOString(),
    link: {
      ...link,
      headerNames: [...link.headerNames],
      credentialCreatedAt: link.credentialCreatedAt?.toISOString(),
      credentialExpiresAt: link.credentialExpiresAt?.toISOString(),
    },
    ...(status ? { status: statusAnswer(status) } : {}),
  };
}

function statusAnswer(status: HomeStatus): z.output<typeof homeStatusShape> {
  return { ...status, lastSeenAt: status.lastSeenAt?.toISOString(), checkedAt: status.checkedAt.toISOString() };
}

export const removedShape = z.object({ cancelledJobs: z.number().int().min(1).describe('They waited for it.') });
