import { parse } from 'yaml';
import { listGuide } from '../guide.ts';

/** One fenced block of the guide. Its first line says what it is: "```yaml automation". */
export interface Example {
  readonly file: string;
  readonly language: string;
  /** `automation`, `script`, …; '' where the block does not say. */
  readonly kind: string;
  readonly text: string;
  /** The parsed YAML or JSON; a blueprint's `!input name` stays as the text `!input name`. */
  readonly value: unknown;
}

const BLOCK = /^```(\w*) ?([^\n]*)\n(.*?)^```$/gms;
const INPUT_TAG = { tag: '!input', resolve: (name: string) => `!input ${name}` };

export function guideExamples(): readonly Example[] {
  return listGuide().flatMap(({ path: file, text: page }) =>
    [...page.matchAll(BLOCK)].map(([, language = '', kind = '', text = '']) => ({
      ...{ file, language, kind, text },
      value: language === 'yaml' || language === 'json' ? parse(text, { customTags: [INPUT_TAG] }) : undefined,
    })),
  );
}
