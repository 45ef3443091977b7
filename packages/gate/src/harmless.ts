import { showUnseen } from '@hub/core/unseen.ts';

/** In the finished JSON: unseen characters, raw or escaped, an image of Markdown, a closing tag. */
const SUSPECT =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: single characters are looked for, not what they combine to
  /[\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud82f\ud834\udb40]|\\u00[01]|\\[bfr]|!\\*\[|<\//;

/** An image whose address a chat window would fetch by itself, and with it whatever text stands in the address. */
const IMAGE = /!(\\*)\[/g;
/** One backslash more than the text has, so that what was there already stays apart. */
const SHOWN_IMAGE = /!\\(\\*)\[/g;

/** Most texts; told at once. */
const PLAIN = /^[\x20\x22-\x7e]*$/;

/** Could this result text hold something that a reader would take for more than data? */
export function mayMislead(text: string): boolean {
  return SUSPECT.test(text);
}

/** The same value with unseen characters shown as escapes and images of Markdown written as text. */
export function harmless(value: unknown): unknown {
  if (typeof value === 'string') return harmlessText(value);
  if (Array.isArray(value)) return value.map(harmless);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [harmlessText(key), harmless(inner)]));
}

export function harmlessText(text: string): string {
  if (PLAIN.test(text)) return text;
  return showUnseen(text).replace(IMAGE, '!$1\\[');
}

/** JSON in which no tag closes: `<\/x>` reads as `</x>` again. */
export function harmlessJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replaceAll('</', '<\\/');
}

/** What was read with an image written as text goes back as the image it is. */
export function restored(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(SHOWN_IMAGE, '!$1[');
  if (Array.isArray(value)) return value.map(restored);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, restored(inner)]));
}
