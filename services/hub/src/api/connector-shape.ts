import type { Connector } from '@hub/db/connector-record.ts';
import type { HomeRecord } from '@hub/db/home-record.ts';
import { effectiveSettings, HOME_SETTINGS } from '@hub/gate/connector-access.ts';
import { z } from 'zod';
import { effect, id, line, ref, tags, when } from './field-shapes.ts';
import { saidSettings, shapingFields, shapingPatch, visibilityField } from './setting-shapes.ts';

/** Names stand in paths beside ids, so none may look like one. */
const name = line(100).refine((text) => !z.uuid().safeParse(text).success, 'looks like an id');

const homesInput = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('all') }),
    z.strictObject({ kind: z.literal('list'), homes: z.array(ref).min(1).max(1_000) }),
    z.strictObject({ kind: z.literal('tags'), tags: tags.min(1) }),
  ])
  .describe('All homes of the tenant, those of a list (slug, id or name), or those that bear one of the tags.');

export type HomesInput = z.output<typeof homesInput>;

const future = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((date) => date.getTime() > Date.now(), 'lies in the past');

const askUpTo = effect.describe('What lies above the ceiling, up to this effect, a person may allow once.');

export const newConnector = z.strictObject({
  name,
  member: ref.optional().describe('Whose way in it is: id or name; the first owner when missing.'),
  ceiling: effect.default('control'),
  homes: homesInput.default({ kind: 'all' }),
  ...shapingPatch,
  visibility: visibilityField.nullish(),
  askUpTo: askUpTo.nullish(),
  expiresAt: future.optional(),
});

export const connectorPatch = z.strictObject({
  name: name.optional(),
  ceiling: effect.optional(),
  homes: homesInput.optional(),
  ...shapingPatch,
  visibility: visibilityField.nullish().describe('Entity rules; null: none.'),
  askUpTo: askUpTo.nullish().describe('null: nothing is asked for.'),
  expiresAt: future.nullable().optional().describe('null: never.'),
});

export const rotation = z.strictObject({
  keepOldHours: z.number().min(0).max(24).default(0).describe('How long the old URL still works.'),
});

export const connectorShape = z
  .object({
    id,
    name: z.string(),
    member: z.object({ id, name: z.string(), role: z.string() }),
    ceiling: effect,
    homes: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('all') }),
      z.object({ kind: z.literal('list'), homes: z.array(z.string()).describe('slugs') }),
      z.object({ kind: z.literal('tags'), tags: z.array(z.string()) }),
    ]),
    ...shapingFields,
    visibility: visibilityField.optional(),
    askUpTo: askUpTo.optional(),
    inherited: z
      .array(z.string())
      .describe('Which of these settings it does not say itself: they follow its homes, or are the defaults.'),
    state: z.enum(['valid', 'expired', 'revoked']),
    expiresAt: when.optional(),
    revokedAt: when.optional(),
    lastUsedAt: when.optional(),
    createdAt: when,
    urls: z.array(z.object({ createdAt: when, expiresAt: when.optional(), isValid: z.boolean() })),
  })
  .meta({ id: 'Connector' });

export const connectorWithSummaryShape = connectorShape
  .extend({
    summary: z.array(z.string()).describe('What its URL can do, in words.'),
    warnings: z.array(z.string()).optional().describe('Of entity rules just given: what they deny and no home has.'),
  })
  .meta({ id: 'ConnectorWithSummary' });

export const newUrlShape = z.object({
  url: z.string().describe('The secret URL. It is shown this once: only its hash is kept.'),
  connector: connectorWithSummaryShape,
  oldValidUntil: when.optional(),
});

export interface ConnectorNames {
  readonly homes: ReadonlyMap<string, HomeRecord>;
  readonly members: ReadonlyMap<string, { readonly personName: string; readonly role: string }>;
}

export function connectorAnswer(connector: Connector, names: ConnectorNames): z.output<typeof connectorShape> {
  const settings = effectiveSettings(connector.settings, reached(connector, names));
  const member = names.members.get(connector.memberId);
  const isOver = (end: Date | undefined) => end !== undefined && end.getTime() <= Date.now();
  const live = connector.credentials.filter(({ revokedAt }) => revokedAt === undefined);
  return {
    id: connector.id,
    name: connector.name,
    member: { id: connector.memberId, name: member?.personName ?? '', role: member?.role ?? '' },
    ceiling: connector.ceiling,
    homes: selectionAnswer(connector, names),
    ...settings,
    inherited: HOME_SETTINGS.filter((key) => saidSettings(connector.settings)[key] === undefined),
    state: connector.revokedAt ? 'revoked' : isOver(connector.expiresAt) ? 'expired' : 'valid',
    expiresAt: connector.expiresAt?.toISOString(),
    revokedAt: connector.revokedAt?.toISOString(),
    lastUsedAt: connector.lastUsedAt?.toISOString(),
    createdAt: connector.createdAt.toISOString(),
    urls: live.map(({ createdAt, expiresAt }) => ({
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt?.toISOString(),
      isValid: !connector.revokedAt && !isOver(expiresAt) && !isOver(connector.expiresAt),
    })),
  };
}

function reached({ homes }: Connector, names: ConnectorNames): readonly HomeRecord[] {
  const all = [...names.homes.values()];
  if (homes.kind === 'all') return all;
  if (homes.kind === 'tags') return all.filter(({ tags: own }) => own.some((tag) => homes.tags.includes(tag)));
  return all.filter(({ id: homeId }) => homes.homeIds.includes(homeId));
}

function selectionAnswer({ homes }: Connector, names: ConnectorNames): z.output<typeof connectorShape>['homes'] {
  if (homes.kind === 'all') return homes;
  if (homes.kind === 'tags') return { kind: 'tags', tags: [...homes.tags] };
  return { kind: 'list', homes: homes.homeIds.map((homeId) => names.homes.get(homeId)?.slug ?? homeId) };
}
