import { configHash } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import type { ToolContext } from '../define.ts';
import { transformConfig } from '../transform/transform-config.ts';
import { applyPatch, type Patch } from './json-patch.ts';
import { configShape, type DashboardConfig, readConfig, readStoredConfig } from './read-config.ts';
import type { FoundDashboard } from './resolve.ts';
import { entitiesOf, walkCards } from './walk-cards.ts';

/** Home Assistant cuts the link at a frame above 4 MiB; the rest of the frame needs little. */
const MAX_BYTES = 4 * 1024 * 1024 - 4_096;
const MAX_LISTED = 10;

export interface ContentInput {
  readonly url_path: string;
  readonly config?: DashboardConfig | undefined;
  readonly python_transform?: string | undefined;
  readonly patch?: Patch | undefined;
  readonly config_hash?: string | undefined;
}

/** @throws Fault VALIDATION_INVALID_PARAMETER when more than one way is taken, or one that starts from what stands there lacks the hash of it */
export function checkWays({ config, python_transform: source, patch, config_hash: hash }: ContentInput): void {
  const given = Object.entries({ config, python_transform: source, patch }).filter(([, value]) => value !== undefined);
  const [first, second] = given.map(([name]) => name);
  if (second !== undefined)
    throw invalid(`Cannot use both ${first} and ${second} in one call.`, 'Leave one of them out.', second);
  if (first !== undefined && first !== 'config' && hash === undefined)
    throw invalid(`config_hash is required with ${first}.`, 'Take it from ha_config_get_dashboard.', 'config_hash');
}

/**
 * What is to stand in the dashboard; undefined when the call changes no content.
 * @throws Fault SERVICE_CALL_FAILED for a stale hash; VALIDATION_FAILED for a transform or patch that fails, or no dashboard as its result
 */
export async function wantedConfig(
  context: ToolContext,
  dashboard: FoundDashboard | undefined,
  input: ContentInput,
): Promise<DashboardConfig | undefined> {
  const { config, python_transform: source, patch, config_hash: hash } = input;
  if (config === undefined && source === undefined && patch === undefined) return undefined;
  const isPart = config === undefined;
  const stored =
    dashboard && (await (isPart ? readStoredConfig(context, dashboard, 'set') : readConfig(context, dashboard)));
  if (hash !== undefined) assertFresh(input.url_path, stored, hash);
  if (config !== undefined) return checked(config, 'config');
  if (source !== undefined)
    return checked(await transformConfig(stored, source, { signal: context.signal }), 'python_transform');
  return checked(patch && applyPatch(stored, patch), 'patch');
}

/** @throws Fault SERVICE_CALL_FAILED unless what stands there is what the caller worked from */
export function assertFresh(urlPath: string, stored: unknown, hash: string): void {
  if (stored !== undefined && configHash(stored) === hash) return;
  throw new Fault('SERVICE_CALL_FAILED', `Conflict: dashboard ${urlPath} was modified since last read.`, {
    suggestion:
      'Read it again with ha_config_get_dashboard, redo the change on what you get, and send its config_hash.',
    context: { url_path: urlPath, current_config_hash: stored === undefined ? null : configHash(stored) },
  });
}

/** Home Assistant stores whatever it is given, and then shows an error in place of the dashboard. */
function checked(value: unknown, source: string): DashboardConfig {
  const config = configShape.safeParse(value);
  const wrong = (problem: string, suggestion: string) =>
    new Fault('VALIDATION_FAILED', `\`${source}\`: ${problem}`, { suggestion, context: { parameter: source } });
  if (!config.success)
    throw wrong('what results is no dict any more.', "Change parts of it, e.g. config['views'][0]['title'] = 'Home'.");
  const { views } = config.data;
  if (views !== undefined && !(Array.isArray(views) && views.every((view) => configShape.safeParse(view).success)))
    throw wrong('`views` is no list of views.', 'Write {"views": [{"title": "Home", "path": "home", "cards": []}]}.');
  const sizeBytes = Buffer.byteLength(JSON.stringify(config.data));
  if (sizeBytes > MAX_BYTES)
    throw wrong(
      `the dashboard has ${sizeBytes} bytes; Home Assistant takes 4 MiB.`,
      'Split it into several dashboards.',
    );
  return config.data;
}

/** What will not show as meant; saved all the same, as custom cards and entities to come are nothing wrong. */
export async function noticed({ home }: ToolContext, config: DashboardConfig): Promise<string[]> {
  const warnings: string[] = [];
  if (!('views' in config) && !('strategy' in config))
    warnings.push('This dashboard has neither views nor a strategy, so it shows nothing.');
  const named = new Set([...walkCards(config)].flatMap(({ card }) => entitiesOf(card)));
  const states = await home.states();
  const unknown = [...named].filter((id) => /^[a-z_]+\.[a-z0-9_]+$/.test(id) && !states.has(id));
  const more = unknown.length > MAX_LISTED ? ` and ${unknown.length - MAX_LISTED} more` : '';
  if (unknown.length > 0)
    warnings.push(
      `Cards name entities that this home does not have: ${unknown.slice(0, MAX_LISTED).join(', ')}${more}.`,
    );
  return warnings;
}

function invalid(message: string, suggestion: string, parameter: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', message, { suggestion, context: { parameter } });
}
