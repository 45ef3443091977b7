import { Fault } from '@hub/core/fault.ts';
import type { ContentInput } from './change.ts';
import type { FoundDashboard } from './resolve.ts';

/** In Home Assistant's spelling. */
type Fields = Readonly<Record<string, unknown>>;

/** How a dashboard stands in the sidebar. */
interface Names {
  readonly title?: string | undefined;
  readonly icon?: string | undefined;
  readonly require_admin?: boolean | undefined;
  readonly show_in_sidebar?: boolean | undefined;
}

/** @throws Fault VALIDATION_INVALID_PARAMETER */
export function namedPath(given: string): string {
  const path = given.trim().replace(/^\/+/, '');
  if (path !== '') return path;
  throw new Fault('VALIDATION_INVALID_PARAMETER', '`url_path` is empty.', {
    suggestion: "Name a dashboard; ha_config_get_dashboard with list_only shows them, 'default' is the first one.",
    context: { parameter: 'url_path', value: given },
  });
}

/** @throws Fault for a new path that cannot be one, a dashboard in YAML, and the default one when nothing it has is to change */
export function checkTarget(call: ContentInput, dashboard: FoundDashboard | undefined): void {
  const path = namedPath(call.url_path);
  const hasContent = call.config !== undefined || call.python_transform !== undefined || call.patch !== undefined;
  if (dashboard?.row?.mode === 'yaml')
    throw new Fault('CONFIG_NOT_FOUND', `Dashboard ${path} is kept in YAML and cannot be changed from here.`, {
      suggestion: 'Edit its YAML file, or make another dashboard under a new url_path.',
      context: { url_path: path },
    });
  if (dashboard && !dashboard.row && !hasContent)
    throw new Fault('SERVICE_CALL_FAILED', 'There is nothing to change: the default dashboard only has its content.', {
      suggestion: 'Send config, or for a title and icon make a dashboard of its own under a new url_path.',
      context: { url_path: path },
    });
  if (dashboard) return;
  if (call.python_transform !== undefined || call.patch !== undefined)
    throw new Fault('SERVICE_CALL_FAILED', `Command failed: Unknown config specified: ${path}`, {
      suggestion: 'There is no such dashboard to change; ha_config_get_dashboard with list_only shows those there are.',
      context: { url_path: path },
    });
  if (!path.includes('-') || !/^[a-z0-9_-]+$/.test(path))
    throw new Fault('VALIDATION_INVALID_PARAMETER', `\`url_path\`: '${path}' cannot be the path of a new dashboard.`, {
      suggestion: `Use small letters, digits and at least one hyphen, e.g. ${slug(path)}.`,
      context: { parameter: 'url_path', value: path },
    });
}

function slug(path: string): string {
  const words = path.toLowerCase().match(/[a-z0-9]+/g) ?? ['my'];
  return words.length > 1 ? words.join('-') : `${words[0]}-dashboard`;
}

/** Of one to be made; its title from its path unless given. */
export function newFields(path: string, { title, icon, require_admin, show_in_sidebar }: Names): Fields {
  const words = path.split(/[-_]+/).filter(Boolean);
  const made = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
  const fields = { title: title?.trim() || made, icon: icon || undefined, require_admin, show_in_sidebar };
  return { url_path: path, ...defined(fields) };
}

/** What differs from the dashboard as it is. */
export function changedFields(names: Names, { row }: FoundDashboard): Fields {
  const { title, icon, require_admin, show_in_sidebar } = names;
  const fields = defined({ title, icon: icon === '' ? null : icon, require_admin, show_in_sidebar });
  return Object.fromEntries(Object.entries(fields).filter(([key, value]) => (row?.[key] ?? null) !== value));
}

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
