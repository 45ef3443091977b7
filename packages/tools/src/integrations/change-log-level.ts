import { Fault } from '@hub/core/fault.ts';
import { setLogLevel } from '@hub/ha/logs.ts';
import type { ToolContext } from '../define.ts';
import { findIntegration } from './find-entry.ts';
import { levelNamed, logLevels } from './log-levels.ts';

export const LEVELS = ['debug', 'info', 'warning', 'error', 'critical', 'default'] as const;

export interface LevelWish {
  readonly entryId: string | undefined;
  readonly domain: string | undefined;
  readonly level: (typeof LEVELS)[number];
}

/** How much an integration logs, for all of its entries. @throws Fault RESOURCE_NOT_FOUND */
export async function changeLogLevel(context: ToolContext, { entryId, domain: given, level }: LevelWish) {
  const { home, edits, signal } = context;
  const domain = entryId === undefined ? (given ?? '') : (await findIntegration(context, entryId)).domain;
  const wanted = level === 'default' ? 'NOTSET' : level.toUpperCase();
  const { after } = await edits.change({
    item: { kind: 'log_level', id: domain },
    read: async () => (await logLevels(context))(domain),
    async write() {
      try {
        await setLogLevel(home, domain, wanted, { signal });
      } catch (error) {
        throw unlessUnknown(domain, error);
      }
    },
    plan: () => (level === 'default' ? { log_level: 'default', log_level_raw: null } : levelNamed(wanted)),
    async validate() {
      try {
        await home.send({ type: 'manifest/get', integration: domain }, { signal, isWrite: false });
        return { is_valid: true };
      } catch (error) {
        throw unlessUnknown(domain, error);
      }
    },
  });
  return {
    ...{ success: true as const, domain, ...(entryId === undefined ? {} : { entry_id: entryId }) },
    ...(after !== null && typeof after === 'object' ? after : {}),
    message: level === 'default' ? `${domain} logs as usual again.` : `${domain} logs from ${wanted} on.`,
    note: 'It counts for all entries of the integration, and ends after the next restart but one.',
  };
}

function unlessUnknown(domain: string, error: unknown): unknown {
  if (!(error instanceof Fault) || error.context['ha_error_code'] !== 'not_found') return error;
  return new Fault('RESOURCE_NOT_FOUND', `There is no integration ${domain}.`, {
    suggestion: 'ha_get_integration shows the domains.',
    context: { domain },
    cause: error,
  });
}
