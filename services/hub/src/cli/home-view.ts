import type { z } from 'zod';
import type { checkShape, HomeAnswer } from '../api/home-shape.ts';
import type { Paint } from './io.ts';
import { settingsText } from './settings-view.ts';
import { cell, facts, table } from './table.ts';
import { ago, moment } from './when-text.ts';

type Check = z.output<typeof checkShape>;

const COLOURS = {
  running: 'green',
  starting: 'yellow',
  offline: 'red',
  reauth_required: 'red',
  banned: 'red',
} as const;

export function homeTable(paint: Paint, homes: readonly HomeAnswer[]): string {
  if (homes.length === 0) return 'No homes yet. Add one: hub homes add URL --token -';
  const heads = ['HOME', 'NAME', 'STATE', 'VERSION', 'SEEN', 'TAGS', 'ADDRESS'];
  return table(
    paint,
    heads,
    homes.map((home) => [
      home.slug,
      cell(home.name),
      stateOf(paint, home),
      cell(home.status?.haVersion),
      ago(home.status?.lastSeenAt),
      cell(home.tags.join(' ')),
      home.isSimulated ? 'simulated' : home.link.url,
    ]),
  );
}

export function homeFacts(paint: Paint, home: HomeAnswer): string {
  const { link, status } = home;
  const extras = [
    link.hasClientCertificate && 'client certificate',
    link.hasExtraCa && 'own certificate authority',
    link.hasPinnedKey && 'pinned key',
    link.headerNames.length > 0 && `headers ${link.headerNames.join(', ')}`,
  ].filter((part) => part !== false);
  return facts(paint, [
    ['Home', home.slug],
    ['Name', cell(home.name)],
    ['Address', link.url],
    ['State', stateOf(paint, home)],
    ['Why', cell(status?.fault?.message)],
    ['Version', cell(status?.haVersion)],
    ['Last seen', ago(status?.lastSeenAt)],
    ['Administrator', status?.isAdmin],
    ['Ceiling', home.ceiling],
    ['Tags', cell(home.tags.join(' '))],
    ['Connectors', settingsText(home.defaults, []).join('').replace('Settings: ', '') || undefined],
    ['Country', cell(home.country)],
    ['Region', cell(home.region)],
    ['Time zone', cell(home.timeZone)],
    ['Customer', cell(home.customerReference)],
    ['Note', cell(home.note)],
    ['Token of', moment(link.credentialCreatedAt)],
    ['Token ends', moment(link.credentialExpiresAt)],
    ['Link', extras.join('; ')],
    ['Pinned', home.isPinned || undefined],
    ['Windows', home.maintenanceWindows && (home.maintenanceWindows.join('; ') || 'always')],
    ['Simulated', home.isSimulated || undefined],
    ['Id', home.id],
  ]);
}

export function checkText(paint: Paint, check: Check): string {
  if (!check.ok) {
    const advice = check.fault?.suggestion;
    return `${paint('red', 'No.')} ${check.fault?.message ?? ''}${advice === undefined ? '' : `\n  → ${advice}`}`;
  }
  return facts(paint, [
    ['Answers', `${paint('green', 'yes')}, in ${check.latencyMs} ms`],
    ['Version', cell(check.haVersion)],
    ['Location', cell(check.locationName)],
    ['Time zone', cell(check.timeZone)],
    ['Administrator', check.isAdmin],
    ['Clock', clockText(check.clockAheadS)],
  ]);
}

function clockText(aheadS: number | undefined): string | undefined {
  if (aheadS === undefined || Math.abs(aheadS) < 2) return aheadS === undefined ? undefined : 'right';
  return `${Math.abs(aheadS)} s ${aheadS > 0 ? 'ahead' : 'behind'}`;
}

function stateOf(paint: Paint, { status }: HomeAnswer): string {
  return status ? paint(COLOURS[status.state], status.state.replaceAll('_', ' ')) : 'not seen yet';
}
