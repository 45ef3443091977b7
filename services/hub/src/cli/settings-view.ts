import type { ConnectorSettings } from '@hub/gate/connector-access.ts';
import { DEFAULT_PINS } from '@hub/gate/tool-pins.ts';

type Shown = { readonly [K in keyof ConnectorSettings]?: ConnectorSettings[K] | undefined };

/** Lines that say how a connector's list is shaped; `inherited` is marked as not its own. */
export function settingsText(settings: Shown, inherited: readonly string[]): readonly string[] {
  const { toolSearch, readOnly, backupHint, strict, disabledTools, pinnedTools, visibility } = settings;
  const isUsual =
    pinnedTools?.length === DEFAULT_PINS.length && DEFAULT_PINS.every((name) => pinnedTools.includes(name));
  const facts: readonly (readonly [key: string, text: string | undefined])[] = [
    ['toolSearch', toolSearch && `tool search ${toolSearch}`],
    ['readOnly', readOnly === undefined ? undefined : `read-only ${onOff(readOnly)}`],
    ['backupHint', backupHint && `backup hint ${backupHint}`],
    ['strict', strict === undefined ? undefined : `strict ${onOff(strict)}`],
    ['pinnedTools', isUsual || !pinnedTools ? undefined : `pinned: ${pinnedTools.join(', ') || 'none'}`],
    ['disabledTools', disabledTools?.length ? `off: ${disabledTools.join(', ')}` : undefined],
    ['visibility', visibility && 'entity rules'],
  ];
  const said = facts.flatMap(([key, text]) => (text ? [inherited.includes(key) ? `${text} (not its own)` : text] : []));
  return said.length === 0 ? [] : [`Settings: ${said.join(' · ')}`];
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}
