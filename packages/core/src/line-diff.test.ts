import { expect, it } from 'vitest';
import { unifiedDiff } from './line-diff.ts';

const numbered = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => `line ${from + at}`);

it('says nothing of equal texts', () => {
  expect(unifiedDiff('a\nb', 'a\nb')).toBe('');
  expect(unifiedDiff('', '')).toBe('');
});

it('shows a change with three lines around it', () => {
  const before = numbered(1, 20);
  const after = before.with(9, 'line ten');
  expect(unifiedDiff(before.join('\n'), after.join('\n'))).toBe(
    [
      '@@ -7,7 +7,7 @@',
      ...[' line 7', ' line 8', ' line 9', '-line 10', '+line ten', ' line 11', ' line 12', ' line 13', ''],
    ].join('\n'),
  );
});

it('puts changes that lie close together into one part and others into parts of their own', () => {
  const before = numbered(1, 40);
  const after = before.with(4, 'x').with(8, 'y').toSpliced(29, 1);
  const heads = unifiedDiff(before.join('\n'), after.join('\n')).match(/^@@.*@@$/gm);
  expect(heads).toEqual(['@@ -2,11 +2,11 @@', '@@ -27,7 +27,6 @@']);
});

it('shows what was created or removed as a whole', () => {
  expect(unifiedDiff('', 'a\nb')).toBe('@@ -0,0 +1,2 @@\n+a\n+b\n');
  expect(unifiedDiff('a\nb', '')).toBe('@@ -1,2 +0,0 @@\n-a\n-b\n');
});

it('keeps as many lines as it can', () => {
  const diff = unifiedDiff(['a', 'b', 'c', 'd'].join('\n'), ['b', 'x', 'd', 'e'].join('\n'));
  expect(diff).toBe('@@ -1,4 +1,4 @@\n-a\n b\n-c\n+x\n d\n+e\n');
});

it('gives up the search for texts that differ in thousands of lines', () => {
  const diff = unifiedDiff(numbered(1, 3_000).join('\n'), numbered(5_001, 8_000).join('\n'));
  expect(diff.match(/^[-+]line/gm)).toHaveLength(6_000);
});
