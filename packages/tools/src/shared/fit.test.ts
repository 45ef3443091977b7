import { expect, it } from 'vitest';
import { fitting } from './fit.ts';

it('keeps the rows that fit, and all of a short list', () => {
  const rows = ['a'.repeat(10), 'b'.repeat(10), 'c'.repeat(10)];
  expect(fitting(rows, 26)).toEqual(rows.slice(0, 2));
  expect(fitting(rows)).toEqual(rows);
  expect(fitting([])).toEqual([]);
});

it('keeps one row however long it is, so that paging gets on', () => {
  expect(fitting(['a'.repeat(100), 'b'], 10)).toHaveLength(1);
});
