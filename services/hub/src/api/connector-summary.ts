import { EFFECTS, type Effect, lowestCeiling } from '@hub/core/effect.ts';
import { refusal } from '@hub/core/policy.ts';
import type { ConnectorAccess } from '@hub/db/connector-access.ts';
import { type ConnectorSettings, effectiveSettings } from '@hub/gate/connector-access.ts';

type Rules = NonNullable<ConnectorSettings['visibility']>;

const IN_WORDS: Readonly<Record<Effect, string>> = {
  read: 'read states, history and settings',
  control: 'switch and adjust devices such as lights, heating and media players',
  configure: 'change automations, scripts, scenes, helpers, areas and names',
  secure: 'operate locks, alarms, garage doors, gates, valves and sirens',
  system: 'restart Home Assistant, install updates and call unknown services',
  destroy: 'remove things for good and restore backups',
};

/** What whoever holds the URL can do, in sentences: who, which homes, what at most and what not, until when. */
export function summarize(stored: ConnectorAccess, memberName: string): readonly string[] {
  const can = allowedEffects(stored, undefined);
  const cannot = EFFECTS.filter((effect) => !can.includes(effect));
  const asked = allowedEffects(stored, undefined, 'ask').filter((effect) => !can.includes(effect));
  const stricter = stored.homes.filter((home) => allowedEffects(stored, home).length < can.length);
  const { disabledTools, visibility } = effectiveSettings(stored.connector.settings, stored.homes);
  return [
    `It acts for ${memberName} (${stored.member.role}) of the tenant '${stored.tenant.name}'.`,
    homesInWords(stored),
    can.length === 0 ? 'It can do nothing now.' : `It can ${inWords(can, 'and')}.`,
    cannot.length === 0 ? 'Nothing is withheld from it.' : `It cannot ${inWords(cannot, 'or')}.`,
    ...(asked.length === 0 ? [] : [`A person may allow it once to ${inWords(asked, 'or')} (hub approvals list).`]),
    ...(visibility ? [rulesInWords(visibility)] : []),
    ...stricter.map((home) => `In ${home.name} it stops at '${allowedEffects(stored, home).at(-1) ?? 'nothing'}'.`),
    ...(disabledTools.length === 0 ? [] : [`Switched off: ${disabledTools.join(', ')}.`]),
    validityInWords(stored),
  ];
}

/** Asks the policy itself, so that these words and its decisions never differ. */
function allowedEffects(
  { connector, tenant, member, validity, homes }: ConnectorAccess,
  home: ConnectorAccess['homes'][number] | undefined,
  mode: 'plain' | 'ask' = 'plain',
): readonly Effect[] {
  const { readOnly, askUpTo, visibility } = effectiveSettings(connector.settings, home ? [home] : homes);
  return EFFECTS.filter(
    (effect) =>
      refusal({
        connectorName: connector.name,
        tenantIsActive: tenant.state === 'active',
        validity,
        isReadOnly: readOnly,
        isToolEnabled: true,
        toolName: '',
        role: member.role,
        askUpTo: mode === 'ask' ? askUpTo : undefined,
        connectorCeiling: lowestCeiling([connector.ceiling, visibility?.ceiling ?? 'destroy']),
        homeCeiling: home?.ceiling,
        effect,
      }) === undefined,
  );
}

function rulesInWords({ allow, deny }: Rules): string {
  const named = (selection: Rules['allow']) =>
    Object.values(selection ?? {})
      .flat()
      .join(', ');
  const parts = [
    ...(allow ? [`only ${named(allow) || 'nothing'}`] : []),
    ...(deny ? [`not ${named(deny) || 'nothing'}`] : []),
  ];
  return `Entity rules: ${parts.length === 0 ? 'by category' : `it sees ${parts.join(', and ')}`}.`;
}

function homesInWords({ connector, homes }: ConnectorAccess): string {
  const now = homes.length === 0 ? 'none now' : homes.map(({ name }) => name).join(', ');
  switch (connector.homes.kind) {
    case 'all':
      return `It reaches all homes of the tenant, also those added later: ${now}.`;
    case 'tags':
      return `It reaches the homes tagged ${connector.homes.tags.join(' or ')}, also those added later: ${now}.`;
    case 'list':
      return `It reaches ${homes.length === 1 ? 'one home' : `${homes.length} homes`}: ${now}.`;
  }
}

function validityInWords({ connector, validity, tenant }: ConnectorAccess): string {
  if (validity === 'revoked') return 'It is revoked.';
  if (tenant.state !== 'active') return 'The tenant is suspended.';
  const until = connector.expiresAt?.toISOString().slice(0, 16).replace('T', ' ');
  if (until === undefined) return `It does not expire; to end it: hub connectors revoke ${connector.name}`;
  return validity === 'expired' ? `It expired on ${until} UTC.` : `It ends on ${until} UTC.`;
}

function inWords(effects: readonly Effect[], last: 'and' | 'or'): string {
  const phrases = effects.map((effect) => IN_WORDS[effect]);
  const [end = ''] = phrases.splice(-1);
  return phrases.length === 0 ? end : `${phrases.join('; ')}; ${last} ${end}`;
}
