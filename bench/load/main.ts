/** The load generator: a process of its own, so that what it costs is in no figure of the hub's. Told what to do over IPC. */
import { measure } from './measure.ts';
import type { Slice } from './traffic.ts';

process.on('disconnect', () => process.exit());
process.on('message', (slice: Slice) => {
  measure(slice).then(
    (samples) => process.send?.({ samples }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
