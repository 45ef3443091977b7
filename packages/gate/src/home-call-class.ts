import { Fault } from '@hub/core/fault.ts';
import { commandKind } from '@hub/ha/command-kinds.ts';

export type HomeCallClass = 'read' | 'service' | 'config' | 'render' | 'history' | 'subscribe' | 'supervisor' | 'other';

export type HomeCallOutcome = 'ok' | 'refused' | 'timeout' | 'lost' | 'cancelled';

const BY_TYPE = new Map<string, HomeCallClass>([
  ['call_service', 'service'],
  ['render_template', 'render'],
  ['supervisor/api', 'supervisor'],
]);

/** What kind of work a command is for a home: few words, whatever a client may have phrased. */
export function homeCallClass(type: string): HomeCallClass {
  const known = BY_TYPE.get(type);
  if (known) return known;
  if (/^(history|recorder|logbook)\//.test(type)) return 'history';
  const kind = commandKind(type);
  if (kind === 'stream') return 'subscribe';
  return kind === 'write' ? 'config' : 'read';
}

export function homeCallOutcome(error: unknown): HomeCallOutcome {
  const code = error instanceof Fault ? error.code : '';
  if (code.startsWith('TIMEOUT_')) return 'timeout';
  if (code === 'CANCELLED') return 'cancelled';
  return code.startsWith('CONNECTION_') || code.startsWith('WEBSOCKET_') ? 'lost' : 'refused';
}
