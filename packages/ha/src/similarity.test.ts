import { describe, expect, it } from 'vitest';
import { partialSimilarity, similarity, wordsOf } from './similarity.ts';

describe('similarity', () => {
  it('counts a wrong, missing, extra or swapped letter as one', () => {
    expect(similarity('kitchen', 'kitchen')).toBe(1);
    expect(similarity('kitchn', 'kitchen')).toBeCloseTo(6 / 7);
    expect(similarity('lihgt', 'light')).toBeCloseTo(4 / 5);
    expect(similarity('sensor', 'sensors')).toBeCloseTo(6 / 7);
    expect(similarity('', 'light')).toBe(0);
  });

  it('of a part looks for the nearest stretch of the longer text', () => {
    expect(partialSimilarity('bedroom', 'bedroom_kids')).toBe(1);
    expect(partialSimilarity('bedrom_kids', 'kids')).toBe(1);
    expect(partialSimilarity('kitchan', 'big kitchen')).toBeCloseTo(6 / 7);
    expect(partialSimilarity('', 'kitchen')).toBe(0);
  });
});

describe('wordsOf', () => {
  it('reads ids and names alike, without case, accents and separators', () => {
    expect(wordsOf('light.bed_light')).toEqual(['light', 'bed', 'light']);
    expect(wordsOf(' Lämpchen – Küche/Bad ')).toEqual(['lampchen', 'kuche', 'bad']);
    expect(wordsOf('...')).toEqual([]);
  });
});
