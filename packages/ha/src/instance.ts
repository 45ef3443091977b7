import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const userSchema = z.looseObject({ id: z.string(), is_owner: z.boolean() });
const usersSchema = z.array(userSchema);
const tokensSchema = z.array(z.looseObject({ is_current: z.boolean(), created_at: z.string() }));

/**
 * What tells one Home Assistant from another, whatever address it is reached at: the id of its owner, a random number made at
 * set-up (its own instance id is in no API). Undefined when this token may not see it. Source: HA `auth/current_user`, `config/auth/list`.
 */
export async function readInstanceId(home: Home, options: CallOptions = {}): Promise<string | undefined> {
  const self = userSchema.safeParse(await home.send({ type: 'auth/current_user' }, options)).data;
  if (self?.is_owner) return `owner-${self.id}`;
  if (!home.info.isAdmin) return undefined;
  const users = usersSchema.safeParse(await home.send({ type: 'config/auth/list' }, options)).data ?? [];
  const owner = users.find((user) => user.is_owner);
  return owner && `owner-${owner.id}`;
}

/** When the credential in use was made, in ms since 1970; undefined when the home does not say. Source: HA `auth/refresh_tokens`. */
export async function credentialMadeAt(home: Home, options: CallOptions = {}): Promise<number | undefined> {
  const answer = await home.send({ type: 'auth/refresh_tokens' }, { ...options, isWrite: false });
  const current = tokensSchema.safeParse(answer).data?.find((token) => token.is_current);
  const made = Date.parse(current?.created_at ?? '');
  return Number.isNaN(made) ? undefined : made;
}
