import { createMemoryBus } from './bus.ts';
import { describeBus } from './testing/bus-contract.ts';

describeBus('bus in memory', async () => {
  const errors: unknown[] = [];
  const bus = createMemoryBus((error) => errors.push(error));
  return { join: (replicaId) => bus.join(replicaId), errors };
});
