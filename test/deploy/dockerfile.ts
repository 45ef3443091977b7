import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../docs/pages.ts';

export interface Instruction {
  readonly name: string;
  /** `--from=build` as `from: 'build'`. */
  readonly flags: Readonly<Record<string, string>>;
  /** Its words, quotes of the JSON form taken off; for RUN in shell form the whole text as one. */
  readonly words: readonly string[];
}

export interface Stage {
  readonly name: string;
  /** An image, or the name of a stage above. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of deploy/Dockerfile, as far as this file goes: no heredocs, no build arguments. */
export function readDockerfile(): ReadonlyMap<string, Stage> {
  const text = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8');
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages = new Map<string, Stage & { readonly instructions: Instruction[] }>();
  let open: Instruction[] | undefined;
  for (const line of lines) {
    const instruction = parseLine(line);
    if (instruction.name === 'FROM') {
      const [from = '', as = '', name = ''] = instruction.words;
      if (as !== 'AS') throw new Error(`a stage without a name: ${line}`);
      open = [];
      stages.set(name, { name, from, instructions: open });
    } else if (open === undefined) throw new Error(`before the first FROM: ${line}`);
    else open.push(instruction);
  }
  return stages;
}

/** A stage with all that it is made from, oldest first; the first one's `from` is an image. */
export function ancestry(stages: ReadonlyMap<string, Stage>, name: string): readonly Stage[] {
  const stage = stages.get(name);
  if (stage === undefined) return [];
  return [...ancestry(stages, stage.from), stage];
}

/** The last word on something that an image has once: USER, ENTRYPOINT, CMD, HEALTHCHECK, WORKDIR. */
export function lastOf(stages: readonly Stage[], name: string): readonly string[] {
  return stages.flatMap((stage) => stage.instructions.filter((one) => one.name === name)).at(-1)?.words ?? [];
}

/** Variables set by ENV, later ones over earlier. */
export function environmentOf(stages: readonly Stage[]): Readonly<Record<string, string>> {
  const pairs = stages
    .flatMap((stage) => stage.instructions.filter((one) => one.name === 'ENV'))
    .flatMap((one) => one.words);
  return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
}

function parseLine(line: string): Instruction {
  const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? [];
  if (name === '') throw new Error(`not an instruction: ${line}`);
  const [, flagText = '', body = ''] = /^((?:--[a-z-]+=\S+\s+)*)(.*)$/.exec(rest) ?? [];
  const flags = Object.fromEntries([...flagText.matchAll(/--([a-z-]+)=(\S+)/g)].map(([, key, value]) => [key, value]));
  return { name, flags, words: name === 'RUN' ? [body] : wordsOf(body) };
}

/** `CMD ["a"]` and `HEALTHCHECK CMD ["a"]` alike. */
function wordsOf(body: string): string[] {
  const [, before = '', json] = /^([^[]*)(\[.*\])$/.exec(body) ?? [];
  if (json === undefined) return body.split(/\s+/);
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list)) throw new Error(`not a list: ${body}`);
  return [...before.split(/\s+/).filter(Boolean), ...list.map(String)];
}
