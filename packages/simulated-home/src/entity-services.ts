import { comfortServices } from './comfort-services.ts';
import { type Act, forEach, switchable, to } from './entity-service.ts';
import { inputServices } from './input-services.ts';
import { lightServices } from './light-services.ts';
import { openingServices } from './opening-services.ts';
import type { Services } from './service.ts';

const installUpdate: Act = (record) => {
  const attributes = { in_progress: false, installed_version: record.attributes['latest_version'] };
  return { attributes: { in_progress: true }, settles: { afterMs: 1500, state: 'off', attributes } };
};

const vacuum = (act: Act) => forEach('vacuum', '', act);
const others: Services = {
  'vacuum.start': vacuum(to('cleaning')),
  'vacuum.pause': vacuum(to('paused')),
  'vacuum.stop': vacuum(to('idle')),
  'vacuum.return_to_base': vacuum(() => ({ state: 'returning', settles: { afterMs: 800, state: 'docked' } })),
  'update.install': forEach('update', 'version backup', installUpdate),
  'update.skip': forEach('update', '', (record) => ({
    state: 'off',
    attributes: { skipped_version: record.attributes['latest_version'] },
  })),
  'update.clear_skipped': forEach('update', '', to('on', { skipped_version: null })),
};

/** Services that change the entities they are aimed at, keyed `domain.service`. */
export const entityServices: Services = {
  ...lightServices,
  ...openingServices,
  ...comfortServices,
  ...inputServices,
  ...switchable('switch'),
  ...switchable('siren'),
  ...others,
};
