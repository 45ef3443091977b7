import { expect, test } from 'vitest';
import { harmlessText, mayMislead, restored } from './harmless.ts';

test.each([
  ['![x](http://a/b)', '!\\[x](http://a/b)'],
  ['!\\[x](http://a/b)', '!\\\\[x](http://a/b)'],
  ['!\\\\[x]', '!\\\\\\[x]'],
  ['no image! [x]', 'no image! [x]'],
])('%j is shown as %j, and comes back as it was', (text, shown) => {
  expect(harmlessText(text)).toBe(shown);
  expect(restored(shown)).toBe(text);
  // What is changed must be found in the finished JSON beforehand.
  expect(mayMislead(JSON.stringify(text))).toBe(text !== shown);
});
