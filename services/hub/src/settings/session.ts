import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const LIFETIME_S = 8 * 60 * 60;
const COOKIE = 'hub_settings';

/** Signed-in browsers, kept in nothing but their cookie: it ends after eight hours, or when the admin key changes. */
export interface PageSessions {
  /** A `set-cookie` value. */
  begin(isHttps: boolean): string;
  end(isHttps: boolean): string;
  /** What names the session of this `cookie` header; undefined without a valid one. */
  of(cookieHeader: string | undefined): string | undefined;
  /** Proves that a form came from a page of this session. */
  formToken(session: string): string;
  isFormToken(session: string, token: unknown): boolean;
}

export function createPageSessions(secret: Buffer): PageSessions {
  const sign = (purpose: string, text: string) =>
    createHmac('sha256', secret).update(`${purpose}\n${text}`).digest('base64url');
  const cookie = (value: string, maxAgeS: number, isHttps: boolean) =>
    `${COOKIE}=${value}; Path=/settings; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}${isHttps ? '; Secure' : ''}`;
  return {
    begin(isHttps) {
      const session = `${Math.floor(Date.now() / 1000) + LIFETIME_S}.${randomBytes(16).toString('base64url')}`;
      return cookie(`${session}.${sign('session', session)}`, LIFETIME_S, isHttps);
    },
    end: (isHttps) => cookie('', 0, isHttps),
    of(header = '') {
      const [, ends, nonce, signature] =
        new RegExp(`(?:^|;\\s*)${COOKIE}=(\\d{1,12})\\.([\\w-]+)\\.([\\w-]+)(?:;|$)`).exec(header) ?? [];
      if (!ends || !nonce || !signature || Number(ends) * 1000 <= Date.now()) return undefined;
      const session = `${ends}.${nonce}`;
      return isSame(sign('session', session), signature) ? session : undefined;
    },
    formToken: (session) => sign('form', session),
    isFormToken: (session, token) => typeof token === 'string' && isSame(sign('form', session), token),
  };
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
