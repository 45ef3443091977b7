import type { HomeAfter } from '@hub/jobs/health/compare.ts';

const VERDICTS = {
  worse: 'It is done, and the home is worse than before:',
  unknown: 'It is done, and how the home does since is not known:',
} as const;

/** What an answer says of a home that is not as well as it was; nothing where it is. */
export function healthWarning({ verdict, because }: HomeAfter): string[] {
  return verdict === 'not_worse' ? [] : [`${VERDICTS[verdict]} ${because.join(' ')}`];
}

/** Beside an answer. */
export function withHealth(health: HomeAfter | undefined): {
  readonly health?: HomeAfter;
  readonly warnings?: string[];
} {
  if (!health) return {};
  const warnings = healthWarning(health);
  return { health, ...(warnings.length > 0 ? { warnings } : {}) };
}
