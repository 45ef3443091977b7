import type { Effect } from '@hub/core/effect.ts';
import type { Role } from '@hub/core/policy.ts';
import type { HomeSummary } from '@hub/tools/define.ts';

/** Everything the gate needs to know of a connector; cached per replica, dropped when it changes. */
export interface ConnectorAccess {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
  readonly tenantIsActive: boolean;
  readonly memberId: string;
  readonly role: Role;
  readonly ceiling: Effect;
  readonly isRevoked: boolean;
  readonly expiresAt: Date | undefined;
  readonly settings: ConnectorSettings;
  readonly homes: readonly HomeAccess[];
}

export interface HomeAccess extends HomeSummary {
  readonly ceiling: Effect;
}

export interface ConnectorSettings {
  readonly readOnly: boolean;
  readonly disabledTools: readonly string[];
}

/** Valid at this moment, by our own clock. */
export function validityOf(connector: ConnectorAccess, now = Date.now()): 'valid' | 'revoked' | 'expired' {
  if (connector.isRevoked) return 'revoked';
  return connector.expiresAt && connector.expiresAt.getTime() <= now ? 'expired' : 'valid';
}
