import { isSecretKey } from '@hub/core/secret-text.ts';
import type { EntityState } from '@hub/ha/records.ts';

/** So many of a token's characters in a row are no accident. */
const PIECE = 12;
const LONG_HEX = /[0-9a-f]{12}/;

/**
 * Does a rendered value spell a token that an entity carries now, such as a camera's? Looked for without regard to what stands
 * between its characters, and backwards: templates can list, join and reverse. `states` is asked only when the value could hold one.
 */
export async function tellsLiveToken(
  value: unknown,
  states: () => Promise<ReadonlyMap<string, EntityState>>,
): Promise<boolean> {
  const bare = bareText(value);
  if (!LONG_HEX.test(bare)) return false;
  const backwards = [...bare].reverse().join('');
  return [...(await states()).values()].some((state) =>
    tokensOf(state).some((token) => holdsPiece(bare, token) || holdsPiece(backwards, token)),
  );
}

function tokensOf({ attributes }: EntityState): string[] {
  const values = Object.entries(attributes).flatMap(([key, value]) =>
    isSecretKey(key) ? [value] : key === 'entity_picture' ? [/[?&]token=([^&]+)/.exec(String(value))?.[1]] : [],
  );
  return values.map(bareText).filter((token) => token.length >= PIECE);
}

function holdsPiece(text: string, token: string): boolean {
  for (let at = 0; at + PIECE <= token.length; at++) if (text.includes(token.slice(at, at + PIECE))) return true;
  return false;
}

function bareText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.toLowerCase().replace(/[^0-9a-z]/g, '');
}
