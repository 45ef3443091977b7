import type { ConnectorSettings } from './connector-access.ts';

/** What ha_manage_backup's description says of when; `auto` leaves it at the usual. Nothing enforces it. */
const SENTENCES: Readonly<Record<ConnectorSettings['backupHint'], string>> = {
  strong: 'Make a snapshot before the first change of every conversation, and wait until it is done.',
  normal:
    'Make a snapshot before what cannot be taken back: removing things, big rewrites, updates. Small edits are kept as edits anyway.',
  weak: 'Make a snapshot only when the user asks for one.',
  auto: 'Make a snapshot before what cannot be taken back: removing things, big rewrites, updates. Small edits are kept as edits anyway.',
};

/** A tool's text for a connector with this hint. */
export function withBackupHint(name: string, docs: string, hint: ConnectorSettings['backupHint']): string {
  return name === 'ha_manage_backup' ? `${docs} ${SENTENCES[hint]}` : docs;
}
