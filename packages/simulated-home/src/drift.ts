import { drift, type HomeModel } from './home-model.ts';

const tickMs = 200;

/** Moves the sensors of the homes (with `onlyHeard`: of those someone listens to) at their template's pace, spread over time. */
export function startDrift(homes: () => Iterable<HomeModel>, onlyHeard: boolean): () => void {
  let tick = 0;
  const timer = setInterval(() => {
    tick += 1;
    for (const home of homes()) {
      if (!onlyHeard || home.watchers.size + home.listeners.size > 0) advance(home, tick);
    }
  }, tickMs);
  timer.unref();
  return () => clearInterval(timer);
}

function advance(home: HomeModel, tick: number): void {
  const perTick = (home.template.eventsPerSecond * tickMs) / 1000;
  // Each home starts at its own fraction of a tick, so that a thousand homes do not speak at once.
  const phase = Number.parseInt(home.identity.instanceId.slice(0, 4), 16) / 65_536;
  const due = Math.floor(tick * perTick + phase) - Math.floor((tick - 1) * perTick + phase);
  const { driftIds } = home.template;
  for (let at = 0; at < due && driftIds.length > 0; at += 1) {
    const turn = Math.floor(tick * perTick + phase) - at;
    drift(home, driftIds[turn % driftIds.length] ?? '');
  }
}
