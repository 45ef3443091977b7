import { describe, expect, it } from 'vitest';
import { tools } from '../registry.gen.ts';
import { guidanceOf } from './guidance-of.ts';
import { findGuide, listGuide, shortForm } from './guide.ts';

const MAX_FILE_BYTES = 3_000;
const MAX_DELIVERED_BYTES = 1_500;
const files = listGuide();

describe.each(files)('$path', ({ text }) => {
  it('is short', () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_FILE_BYTES);
  });

  it('names files and tools that are there', () => {
    for (const [path] of text.matchAll(/references\/[\w-]+\.md/g)) expect(findGuide(path), path).toBeDefined();
  });
});

it('the index names every file', () => {
  const index = findGuide('SKILL.md')?.text;
  for (const { path } of files.slice(1)) expect(index).toContain(path);
});

it('every tool that asks for the key has guidance, short enough to come with its answer', () => {
  const asking = tools.filter(({ input }) => 'shape' in input && 'BestPracticeKey' in Object(input.shape));
  expect(asking.length).toBeGreaterThan(4);
  for (const { name } of tools)
    expect([name, guidanceOf(name) !== undefined]).toEqual([name, asking.some((one) => one.name === name)]);
  for (const { name } of asking) {
    const delivered = guidanceOf(name)?.map(shortForm) ?? [];
    for (const text of delivered) expect(text).toMatch(/^# .+\n\n- /);
    expect(Buffer.byteLength(delivered.join(''))).toBeLessThanOrEqual(MAX_DELIVERED_BYTES);
  }
});
