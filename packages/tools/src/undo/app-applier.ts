import { readApp, setAppOptions } from '@hub/ha/apps.ts';
import { hiddenPaths, readKeptApp, revealOptions } from '../shared/app-settings.ts';
import { type Applier, rowOf } from './applier.ts';

/** Settings of an app. Edits keep no passwords, so these stay as they are now; an app that went is not installed again by an undo. */
export const appApplier: Applier = {
  read: ({ home, signal }, slug) => readKeptApp(home, slug, { signal }),
  async write({ home, signal }, slug, wanted) {
    const app = await readApp(home, slug, { signal });
    const { options, network, boot, auto_update, watchdog } = rowOf(wanted);
    const settings = { options: revealOptions(options, app?.options), network, boot, auto_update, watchdog };
    const body = Object.fromEntries(
      Object.entries(settings).filter(([, value]) => value !== undefined && value !== null),
    );
    await setAppOptions(home, slug, body, { signal });
    return { warnings: ['The app uses its settings after a restart; passwords stayed as they are.'] };
  },
  obstacle(wanted, now) {
    if (wanted === undefined || now === undefined) return 'the app is not installed any more, or was not then.';
    const lost = hiddenPaths(revealOptions(rowOf(wanted)['options'], rowOf(now)['options'])).filter(
      (path) => !hiddenPaths(rowOf(now)['options']).includes(path),
    );
    return lost.length > 0 ? `edits keep no passwords, and ${lost.join(', ')} is not there any more.` : undefined;
  },
};
