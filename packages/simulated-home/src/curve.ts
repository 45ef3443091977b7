/** How a simulated sensor behaves, at any time past or present: history, statistics and the live state agree because all ask here. */
export type Curve =
  | { readonly kind: 'wave'; readonly base: number; readonly swing: number; readonly digits: number }
  | { readonly kind: 'meter'; readonly perHour: number; readonly digits: number }
  | { readonly kind: 'pulse'; readonly timesADay: number; readonly minutes: number };

export const wave = (base: number, swing: number, digits = 1): Curve => ({ kind: 'wave', base, swing, digits });
export const meter = (perHour: number, digits = 2): Curve => ({ kind: 'meter', perHour, digits });
export const pulse = (timesADay: number, minutes: number): Curve => ({ kind: 'pulse', timesADay, minutes });

const dayMs = 86_400_000;
const slotMs = 1_800_000;
const meterStartMs = Date.UTC(2026, 0, 1);

/** 0 to 1, the same for the same seed and step (FNV-1a, then a final mix). */
function noise(seed: string, step: number): number {
  let hash = 2166136261 ^ step;
  for (let at = 0; at < seed.length; at += 1) hash = Math.imul(hash ^ seed.charCodeAt(at), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822519);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** The number a wave or meter shows; a pulse is 1 or 0. */
export function curveNumber(curve: Curve, seed: string, atMs: number): number {
  if (curve.kind === 'wave') {
    const day = Math.sin(2 * Math.PI * (atMs / dayMs - 0.35 - noise(seed, 0) * 0.1));
    return curve.base + curve.swing * (0.9 * day + 0.2 * (noise(seed, Math.floor(atMs / 5000)) - 0.5));
  }
  if (curve.kind === 'meter') {
    const hours = Math.max(0, atMs - meterStartMs) / 3_600_000;
    // The sine makes evenings costlier; its slope stays below 1, so a meter never runs backwards.
    return curve.perHour * (hours + 3 * Math.sin((2 * Math.PI * (hours - 14)) / 24) + 3);
  }
  const slot = Math.floor(atMs / slotMs);
  const isActive = noise(seed, slot) < curve.timesADay / 48;
  return isActive && atMs - slot * slotMs < curve.minutes * 60_000 ? 1 : 0;
}

export function curveState(curve: Curve, seed: string, atMs: number): string {
  const value = curveNumber(curve, seed, atMs);
  if (curve.kind === 'pulse') return value === 1 ? 'on' : 'off';
  return value.toFixed(curve.digits);
}
