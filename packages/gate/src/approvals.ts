import { canonicalJson, configHash } from '@hub/core/canonical-json.ts';
import type { Effect } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import { useApproval } from '@hub/db/approvals.ts';
import type { Database } from '@hub/db/database.ts';
import type { Vault } from '@hub/db/vault.ts';
import { argsSummary } from './args-summary.ts';
import type { ConnectorAccess, HomeAccess } from './connector-access.ts';

/** One thing that only a person may allow. */
export interface Asked {
  readonly connector: ConnectorAccess;
  readonly tool: string;
  readonly home: HomeAccess | undefined;
  readonly effect: Effect;
  readonly input: unknown;
  /** What the call would reach, as it stands now: an approval ends when any of it changes. */
  readonly reached: ReadonlyMap<string, unknown>;
  /** Of a question the tool itself asks. */
  readonly title?: string;
  readonly reason?: string;
}

export interface Approvals {
  /** Resolves once for each approval a person gave. @throws Fault USER_APPROVAL_REQUIRED | USER_DENIED | STORAGE_UNAVAILABLE */
  use(asked: Asked): Promise<void>;
}

const MAX_REASON = 1_000;

export function createApprovals(
  db: Database,
  vault: Vault,
  onCall: (event: 'waiting' | 'used') => void = () => undefined,
): Approvals {
  return {
    async use(asked) {
      const { connector, tool, home, effect, input } = asked;
      const itemHashes = Object.fromEntries([...asked.reached].map(([id, item]) => [id, configHash(item ?? null)]));
      const { ceiling, role, settings } = connector;
      const title = asked.title ?? `${tool}${home ? ` in ${home.name}` : ''}`;
      const answer = await useApproval(db, vault, connector.tenantId, {
        connectorId: connector.id,
        tool,
        homeIds: home ? [home.id] : [],
        effect,
        title,
        reason: (asked.reason ?? JSON.stringify(argsSummary(input))).slice(0, MAX_REASON),
        bound: canonicalJson({ input, itemHashes, policy: { ceiling, role, settings }, title }),
        itemHashes,
      });
      if (answer.kind !== 'denied') onCall(answer.kind === 'used' ? 'used' : 'waiting');
      if (answer.kind !== 'used') throw refusalOf(answer, asked, title);
    },
  };
}

type Unanswered = Exclude<Awaited<ReturnType<typeof useApproval>>, { kind: 'used' }>;

function refusalOf(answer: Unanswered, { connector, tool, effect }: Asked, title: string): Fault {
  const context = { tool_name: tool, effect };
  if (!('id' in answer)) {
    return new Fault('USER_APPROVAL_REQUIRED', `${title} needs a person's approval, and too many wait already.`, {
      suggestion: `The owner sees and decides them: hub approvals list --tenant ${connector.tenantSlug}`,
      context,
    });
  }
  const { id, expiresAt } = answer;
  if (answer.kind === 'denied') {
    return new Fault('USER_DENIED', `${title} was denied by the owner.`, {
      suggestion: 'Tell the user; do not ask again and do not look for another way to do it.',
      context: { ...context, approval_id: id },
    });
  }
  return new Fault('USER_APPROVAL_REQUIRED', `${title} has the effect '${effect}' and needs a person's approval.`, {
    suggestion: [
      'Tell the user what is waiting; do not look for another way to do it.',
      `The owner can allow it once: hub approvals allow ${id} --tenant ${connector.tenantSlug}`,
      'Then repeat this very call: it runs once, with these arguments.',
    ],
    context: { ...context, approval_id: id, expires_at: expiresAt.toISOString() },
  });
}
