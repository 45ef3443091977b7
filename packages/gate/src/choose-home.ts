import type { Effect } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import type { ConnectorAccess, HomeAccess } from './connector-access.ts';

/**
 * The home a call means. With several homes it must be named for everything above reading; it is never guessed from an entity id.
 * @throws Fault HOME_REQUIRED | HOME_NOT_FOUND | VALIDATION_FAILED, naming the homes this connector reaches
 */
export function chooseHome(connector: ConnectorAccess, wanted: unknown, lowest: Effect): HomeAccess {
  const { homes } = connector;
  const [only] = homes;
  if (only === undefined) {
    throw new Fault('HOME_NOT_FOUND', 'This connector reaches no home.', {
      suggestion: 'Ask the owner to add one: hub homes add',
    });
  }
  if (wanted === undefined || wanted === null || wanted === '') {
    if (homes.length === 1) return only;
    throw new Fault(
      'HOME_REQUIRED',
      `This connector reaches ${homes.length} homes; ${lowest === 'read' ? 'name the one you mean' : 'a change needs its home named'}.`,
      {
        suggestion: `Pass \`home\`: ${namesOf(homes)}`,
        context: { parameter: 'home' },
      },
    );
  }
  if (typeof wanted !== 'string' && typeof wanted !== 'number') {
    throw new Fault('VALIDATION_FAILED', '`home`: Input should be a valid string.', {
      suggestion: `Homes: ${namesOf(homes)}`,
      context: { parameter: 'home' },
    });
  }
  const reference = String(wanted).trim();
  const exact = homes.find((home) => home.slug === reference || home.id === reference);
  if (exact) return exact;
  const named = homes.filter((home) => home.name.toLowerCase() === reference.toLowerCase());
  if (named.length === 1 && named[0]) return named[0];
  throw new Fault(
    'HOME_NOT_FOUND',
    named.length > 1 ? `Several homes are called "${reference}".` : `This connector reaches no home "${reference}".`,
    {
      suggestion: `Homes: ${namesOf(named.length > 1 ? named : homes)}`,
      context: { parameter: 'home' },
    },
  );
}

function namesOf(homes: readonly HomeAccess[]): string {
  const shown = homes.slice(0, 20).map((home) => home.slug);
  return `${shown.join(', ')}${homes.length > shown.length ? ` and ${homes.length - shown.length} more (ha_list_homes)` : ''}`;
}
