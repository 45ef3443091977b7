import { Fault } from '@hub/core/fault.ts';
import { APP_SLUG, listApps } from '@hub/ha/apps.ts';
import type { CallOptions, Home } from '@hub/ha/home.ts';
import { nearestIds } from '../shared/entity-not-found.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';

/** @throws Fault VALIDATION_INVALID_PARAMETER for what cannot be an app's name */
export function checkedSlug(given: string): string {
  const slug = given.trim();
  if (APP_SLUG.test(slug)) return slug;
  throw invalidParameter(
    'slug',
    slug === '' ? 'name the app.' : 'an app is named by letters, digits, - and _.',
    'ha_get_app lists the apps with their slugs.',
  );
}

/** RESOURCE_NOT_FOUND with the installed apps that look like it. */
export async function appNotFound(home: Home, slug: string, options: CallOptions): Promise<Fault> {
  const near = nearestIds(
    slug,
    (await listApps(home, options)).map((app) => app.slug),
  );
  return new Fault('RESOURCE_NOT_FOUND', `There is no installed app ${slug}.`, {
    suggestion: [
      near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'ha_get_app lists what is installed.',
      "ha_get_app with source 'available' lists what could be installed.",
    ],
    context: { slug },
  });
}
