import { guideFiles } from './files.gen.ts';

/** The one skill served, as clients name it. */
export const SKILL = 'home-assistant-best-practices';

/** Where a reader starts. */
export const INDEX_FILE = 'SKILL.md';

export interface GuideFile {
  /** `references/scenes.md`. */
  readonly path: string;
  readonly uri: string;
  readonly title: string;
  readonly text: string;
}

const URI = `skill://${SKILL}/`;
const files = new Map(guideFiles.map(([path, text]) => [path, text]));

export const uriOf = (path: string) => `${URI}${path}`;

/** Every file, the index first. */
export function listGuide(): readonly GuideFile[] {
  return guideFiles.map(([path, text]) => ({ path, uri: uriOf(path), title: titleOf(text), text }));
}

/** By its path inside the skill or its URI; undefined when there is none. Only listed names are found, so no path leads elsewhere. */
export function findGuide(name: string): GuideFile | undefined {
  const path = name.startsWith(URI) ? name.slice(URI.length) : name;
  const text = files.get(path);
  return text === undefined ? undefined : { path, uri: uriOf(path), title: titleOf(text), text };
}

/** What stands before the first section: the rules without their examples. */
export function shortForm(path: string): string {
  const text = withoutFrontMatter(files.get(path) ?? '');
  const end = text.indexOf('\n## ');
  return (end === -1 ? text : text.slice(0, end)).trim();
}

/** The one sentence of the index's front matter. */
export function guideDescription(): string {
  return /^description: (.*)$/m.exec(files.get(INDEX_FILE) ?? '')?.[1] ?? '';
}

function titleOf(text: string): string {
  return /^# (.*)$/m.exec(text)?.[1] ?? '';
}

function withoutFrontMatter(text: string): string {
  return text.startsWith('---\n') ? text.slice(text.indexOf('\n---\n', 4) + 5) : text;
}
