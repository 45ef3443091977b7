import { describe, expect, test } from 'vitest';
import { bound } from './bound.ts';

const rows = Array.from({ length: 500 }, (_, n) => ({ entity_id: `light.number_${n}`, state: 'on' }));
const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('bound', () => {
  test('a small result passes as the same object', () => {
    const body = { success: true };
    expect(bound(body, 1_000)).toBe(body);
  });

  test('a paged list is cut at an item and next_offset points behind it', () => {
    const cut = bound({ success: true, results: rows, offset: 100, has_more: false, next_offset: null }, 5_000);
    const kept = cut['results'] as unknown[];
    expect(sizeOf(cut)).toBeLessThanOrEqual(5_000);
    expect(kept).toEqual(rows.slice(0, kept.length));
    expect(cut).toMatchObject({ truncated: true, has_more: true, next_offset: 100 + kept.length });
  });

  test('a nested map of records is cut too', () => {
    const states = Object.fromEntries(rows.map((row) => [row.entity_id, row]));
    const cut = bound({ data: { success: true, states } }, 5_000);
    expect(sizeOf(cut)).toBeLessThanOrEqual(5_000);
    expect(cut).toMatchObject({ truncated: true, data: { states: { 'light.number_0': rows[0] } } });
  });

  test('one endless text is cut and says how long it was', () => {
    const cut = bound({ result: 'x'.repeat(100_000) }, 5_000);
    expect(sizeOf(cut)).toBeLessThanOrEqual(5_000);
    expect(cut['result']).toContain('100000 characters in all');
  });
});
