import { z } from 'zod';

const claims = z.looseObject({ iat: z.number().optional(), exp: z.number().optional() });

export interface TokenTimes {
  readonly createdAt: Date | undefined;
  readonly expiresAt: Date | undefined;
}

/** When a long-lived access token was made and when it ends, as it says itself: it is a JWT. Both unknown for other tokens. */
export function tokenTimes(token: string): TokenTimes {
  const { iat, exp } = readClaims(token);
  return { createdAt: dateOf(iat), expiresAt: dateOf(exp) };
}

function readClaims(token: string): z.output<typeof claims> {
  try {
    const [, payload = ''] = token.split('.');
    return claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString())).data ?? {};
  } catch {
    return {};
  }
}

function dateOf(seconds: number | undefined): Date | undefined {
  const date = new Date((seconds ?? Number.NaN) * 1_000);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
