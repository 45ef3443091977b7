import type { Bus } from '@hub/runtime/bus.ts';
import type { ChangeWatch } from '../change-watch.ts';

const TOPIC = 'changes';

/**
 * A look after a change of our own makes the other replicas look as well, at once; a message that is lost costs them the
 * second until they look by themselves.
 */
export function tellingOthers(watch: ChangeWatch, bus: Bus): ChangeWatch {
  bus.subscribe(TOPIC, () => void watch.look());
  bus.onGap(() => void watch.look());
  return {
    look() {
      bus.publish(TOPIC, null);
      return watch.look();
    },
    get blindForMs() {
      return watch.blindForMs;
    },
  };
}
