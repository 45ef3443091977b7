import { Fault } from '@hub/core/fault.ts';
import { readConfigEntry } from '@hub/ha/config-entries.ts';
import { reloadEntry } from '@hub/ha/core-control.ts';
import { callService, listServices } from '@hub/ha/services.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { requireAdmin } from '../shared/require-admin.ts';

/** A template that asks many entities, or a large automations.yaml, takes long to be read again. */
const RELOAD_MS = 60_000;

const TARGETS: ReadonlyMap<string, string> = new Map([
  ['automations', 'automation.reload'],
  ['scripts', 'script.reload'],
  ['scenes', 'scene.reload'],
  ['groups', 'group.reload'],
  ['input_booleans', 'input_boolean.reload'],
  ['input_numbers', 'input_number.reload'],
  ['input_texts', 'input_text.reload'],
  ['input_selects', 'input_select.reload'],
  ['input_datetimes', 'input_datetime.reload'],
  ['input_buttons', 'input_button.reload'],
  ['timers', 'timer.reload'],
  ['templates', 'template.reload'],
  ['persons', 'person.reload'],
  ['zones', 'zone.reload'],
  ['core', 'homeassistant.reload_core_config'],
  ['themes', 'frontend.reload_themes'],
]);
const NAMES = ['all', ...TARGETS.keys()];

export const tool = defineTool({
  name: 'ha_reload_core',
  title: 'Reload Core Components',
  docs: 'Has Home Assistant read parts of its YAML configuration again without a restart, or sets one integration up again by its entry_id. Only after files were edited by hand, or when an integration hangs: what tools write takes effect by itself.',
  tags: ['System'],
  scope: 'home',
  effect: 'configure',
  input: z.strictObject({
    target: z.string().default('all').describe('all, or one: automations, scripts, scenes, templates, themes, core …'),
    entry_id: z.string().optional().describe('instead: the integration entry to reload'),
  }),
  output: z.looseObject({ ...successShape, message: z.string() }),
  items: ({ target, entry_id: id }) =>
    id === undefined ? [{ kind: 'core', id: target }] : [{ kind: 'config_entry', id }],
  run({ target, entry_id: entryId }, context) {
    if (entryId !== undefined) return reloadOne(context, entryId);
    const wanted = target.trim().toLowerCase();
    return wanted === 'all' ? reloadAll(context) : reloadTarget(context, wanted);
  },
});

async function reloadTarget({ home, signal }: ToolContext, target: string) {
  const service = TARGETS.get(target) ?? TARGETS.get(`${target}s`);
  if (service === undefined) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', `\`target\`: there is no '${target}' to reload.`, {
      suggestion: `Use one of ${NAMES.join(', ')}; for an integration give its entry_id.`,
      context: { parameter: 'target', value: target, valid_targets: NAMES },
    });
  }
  await reload(home, service, signal);
  return { success: true as const, message: `Home Assistant has read ${target} again.`, target, service };
}

async function reload(home: ToolContext['home'], action: string, signal: AbortSignal): Promise<void> {
  const [domain = '', service = ''] = action.split('.');
  await callService(home, domain, service, { signal, deadlineMs: RELOAD_MS });
}

/** All that this home has. One that fails does not keep the others from it. @throws Fault when every one fails */
async function reloadAll({ home, signal }: ToolContext) {
  const services = await listServices(home, { signal });
  const present = [...TARGETS].filter(([, action]) => {
    const [domain = '', service = ''] = action.split('.');
    return services[domain]?.[service] !== undefined;
  });
  const settled = await Promise.allSettled(present.map(([, action]) => reload(home, action, signal)));
  const reloaded: string[] = [];
  const warnings: string[] = [];
  let failure: unknown;
  for (const [at, [target]] of present.entries()) {
    const outcome = settled[at];
    if (outcome?.status !== 'rejected') {
      reloaded.push(target);
      continue;
    }
    if (!(outcome.reason instanceof Fault)) throw outcome.reason;
    failure = outcome.reason;
    warnings.push(`${target}: ${outcome.reason.message}`);
  }
  if (failure !== undefined && reloaded.length === 0) throw failure;
  return {
    success: true as const,
    message: `Home Assistant has read ${reloaded.length} of ${present.length} parts of its configuration again.`,
    target: 'all',
    reloaded,
    ...(warnings.length > 0 ? { partial: true as const, warnings } : {}),
  };
}

async function reloadOne(context: ToolContext, entryId: string) {
  const { home, signal } = context;
  await requireAdmin(context, 'Reloading an integration');
  const before = entryId.trim() === '' ? undefined : await readConfigEntry(home, entryId, { signal });
  if (!before) {
    throw new Fault('RESOURCE_NOT_FOUND', `There is no integration entry ${entryId}.`, {
      suggestion: 'ha_get_integration shows the entries with their entry_id.',
      context: { entry_id: entryId },
    });
  }
  const requiresRestart = await reloadEntry(home, entryId, { signal });
  const after = await readConfigEntry(home, entryId, { signal });
  const isLoaded = after?.state === 'loaded';
  const reason = after?.reason ? `: ${after.reason}` : '';
  const what = `${before.domain} (${before.title || entryId})`;
  return {
    success: true as const,
    message: isLoaded ? `Set ${what} up again.` : `Reloaded ${what}; it is ${after?.state ?? 'gone'} now.`,
    entry_id: entryId,
    reloaded: isLoaded,
    require_restart: requiresRestart,
    ...(isLoaded ? {} : { state: after?.state ?? null, warnings: [`The integration is not running${reason}.`] }),
  };
}
