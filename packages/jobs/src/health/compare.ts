import { HOME_MODES, type Vitals } from '@hub/ha/vitals.ts';
import { z } from 'zod';

/** How a home does after a change, beside how it did before. What names integrations names their domains: `hue`. */
export const homeAfterShape = z.strictObject({
  /** unknown: nobody could look. */
  verdict: z.enum(['not_worse', 'worse', 'unknown']),
  /** Why, in sentences; none when it is not worse. */
  because: z.array(z.string()),
  is_reachable: z.boolean(),
  /** null where nothing shows it. */
  shows_wanted_version: z.boolean().nullable(),
  mode: z.enum(HOME_MODES).nullable(),
  /** Set up before, and not now. */
  failed_integrations: z.array(z.string()),
  unavailable_entities: z.number().int().nullable(),
  unavailable_entities_before: z.number().int(),
  /** Of those unavailable now, how many were not before. */
  newly_unavailable: z.number().int().nullable(),
  new_repairs: z.array(z.string()),
});

export type HomeAfter = z.infer<typeof homeAfterShape>;

/** What was there before and is missing now, and may yet come back. */
export function absentOf(before: Vitals, now: Vitals) {
  const wasUnavailable = new Set(before.unavailable);
  const hadFailed = new Set(before.failed?.map(({ entryId }) => entryId));
  return {
    unavailable: now.unavailable.filter((id) => !wasUnavailable.has(id)),
    // Without a look before, nobody can say that they were set up then.
    failed: before.failed ? (now.failed ?? []).filter(({ entryId }) => !hadFailed.has(entryId)) : [],
  };
}

/**
 * The home now beside the home before. Worse: another mode, an integration that is not set up any more, an entity that went
 * unavailable, a repair that Home Assistant calls serious, or another version than wanted; advice to repair something is told alone.
 */
export function compare(before: Vitals, now: Vitals, showsWanted: boolean | null): HomeAfter {
  const { unavailable, failed } = absentOf(before, now);
  const known = new Set(before.repairs?.map(keyOf));
  const repairs = before.repairs ? (now.repairs ?? []).filter((one) => !known.has(keyOf(one))) : [];
  const serious = domainsOf(repairs.filter(({ isSerious }) => isSerious));
  const because = [
    ...(now.mode !== before.mode ? MODES[now.mode] : []),
    ...(failed.length > 0
      ? [`Integrations that were set up before are not now: ${domainsOf(failed).join(', ')}.`]
      : []),
    ...(unavailable.length > 0 ? [`Entities that are unavailable and were not before: ${unavailable.length}.`] : []),
    ...(serious.length > 0 ? [`It asks for something serious to be repaired: ${serious.join(', ')}.`] : []),
    ...(showsWanted === false ? ['It does not show the wanted version.'] : []),
  ];
  return {
    verdict: because.length > 0 ? 'worse' : 'not_worse',
    because,
    is_reachable: true,
    shows_wanted_version: showsWanted,
    mode: now.mode,
    failed_integrations: domainsOf(failed),
    unavailable_entities: now.unavailable.length,
    unavailable_entities_before: before.unavailable.length,
    newly_unavailable: unavailable.length,
    new_repairs: domainsOf(repairs),
  };
}

/** Nobody could look. */
export function notSeen(before: Vitals, isReachable: boolean, why: string): HomeAfter {
  return {
    ...{ verdict: 'unknown', because: [why], is_reachable: isReachable, shows_wanted_version: null, mode: null },
    ...{ failed_integrations: [], unavailable_entities: null, newly_unavailable: null, new_repairs: [] },
    unavailable_entities_before: before.unavailable.length,
  };
}

const MODES = {
  normal: [],
  safe: ['It runs in safe mode, without custom integrations.'],
  recovery: ['It runs in recovery mode: Home Assistant could not start with its configuration.'],
} as const;

const keyOf = ({ domain, issueId }: { readonly domain: string; readonly issueId: string }) => `${domain}/${issueId}`;

function domainsOf(rows: readonly { readonly domain: string }[]): string[] {
  return [...new Set(rows.map(({ domain }) => domain))].sort();
}
