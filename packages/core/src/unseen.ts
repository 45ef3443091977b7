/**
 * Control characters, and what shows nothing or turns text around: zero-width, bidirectional, tag and variation characters.
 * Joiners where a script or an emoji is written with them, and the emoji selector, stay.
 */
const UNSEEN =
  '\\p{Cc}\\u00AD\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B\\u200E\\u200F\\u2028-\\u202E\\u2060-\\u206F\\u3164\\uFEFF\\uFFA0\\uFFF9-\\uFFFB\\u{1BCA0}-\\u{1BCA3}\\u{1D173}-\\u{1D17A}\\u{E0000}-\\u{E007F}\\u{E0100}-\\u{E01EF}';

/** Scripts that are written with joiners inside words. */
const JOINED = ['Arab', 'Beng', 'Deva', 'Gujr', 'Guru', 'Khmr', 'Knda', 'Mlym', 'Sinh', 'Taml', 'Telu']
  .map((script) => `\\p{Script=${script}}`)
  .join('');
const LOOSE_JOINER = `(?<![${JOINED}])\\u200C|(?<![${JOINED}\\p{Extended_Pictographic}\\p{EMod}\\uFE0F])\\u200D`;

const ANY = new RegExp(`[${UNSEEN}]|${LOOSE_JOINER}`, 'u');
const EACH = new RegExp(ANY.source, 'gu');
const RUN = new RegExp(`(?:${ANY.source})+`, 'gu');
/** Line breaks and tabs are what a text of several lines is made of. */
const PLAIN_LAYOUT = /^[\n\t]$/;

/** Does the text hold a character that a reader would not see for what it is? */
export function hasUnseen(text: string): boolean {
  return ANY.test(text);
}

/** For one line on a terminal: each run of unseen characters becomes a blank. */
export function withoutUnseen(text: string): string {
  return text.replace(RUN, ' ');
}

/** For a reader of data: unseen characters written as `\u202e`; line breaks and tabs stay. */
export function showUnseen(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(EACH, (one) => (PLAIN_LAYOUT.test(one) ? one : escapeOf(one)));
}

function escapeOf(one: string): string {
  const code = one.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
