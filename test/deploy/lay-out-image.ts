import { once } from 'node:events';
import { cpSync, existsSync, globSync, lstatSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ROOT } from '../docs/pages.ts';
import { filesOf } from './context.ts';
import { ancestry, environmentOf, type Instruction, lastOf, type Stage } from './dockerfile.ts';
import { enterRoot, layBase } from './enter-root.ts';

/** Variables without which packages cannot be fetched on some machines. */
const OURS = ['NODE_EXTRA_CA_CERTS', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];

/** Where tests lay images out, once per run. */
export const IMAGES = join(ROOT, '.cache/images');

/**
 * Does what a container engine does with deploy/Dockerfile: each stage a folder, its instructions carried out in order, RUN inside
 * that folder as root. Stages laid out before are taken as they are. The base image is this machine's system with the pinned Node.
 */
export async function layOutImage(stages: ReadonlyMap<string, Stage>, name: string, dir: string): Promise<string> {
  const root = join(dir, name);
  if (existsSync(root)) return root;
  const stage = stages.get(name);
  if (stage === undefined) throw new Error(`no stage ${name}`);
  const draft = `${root}.draft`;
  await rm(draft, { recursive: true, force: true });
  if (stages.has(stage.from)) copy(`${await layOutImage(stages, stage.from, dir)}/.`, draft);
  else await layBase(draft);
  const made = ancestry(stages, name);
  let [cwd = '/'] = lastOf(ancestry(stages, stage.from), 'WORKDIR');
  for (const instruction of stage.instructions) {
    if (instruction.name === 'WORKDIR') cwd = instruction.words[0] ?? '/';
    if (instruction.name === 'WORKDIR') await mkdir(join(draft, cwd), { recursive: true });
    if (instruction.name === 'COPY')
      await copyInto(draft, cwd, instruction, async (from) => layOutImage(stages, from, dir));
    if (instruction.name === 'RUN') await run(draft, cwd, instruction.words[0] ?? '', environmentOf(made));
  }
  await rename(draft, root);
  return root;
}

async function copyInto(
  root: string,
  cwd: string,
  { flags, words }: Instruction,
  stage: (name: string) => Promise<string>,
): Promise<void> {
  const [sources, target = ''] = [words.slice(0, -1), words.at(-1)];
  const place = join(root, target.startsWith('/') ? target : join(cwd, target));
  const isFolder = sources.length > 1 || target.endsWith('/');
  const from = flags['from'];
  for (const source of sources) {
    if (from !== undefined) copy(`${join(await stage(from), source)}/.`, place);
    else if (statSync(join(ROOT, source)).isFile()) copyFile(source, isFolder ? join(place, basename(source)) : place);
    else for (const path of filesOf(source)) copyFile(path, join(place, path.slice(source.length)));
  }
}

function copyFile(path: string, to: string): void {
  if (filesOf(path).length === 0) throw new Error(`${path} does not reach the build`);
  copy(join(ROOT, path), to);
}

function copy(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}

async function run(root: string, cwd: string, command: string, env: Readonly<Record<string, string>>): Promise<void> {
  const own = Object.fromEntries(OURS.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  const child = enterRoot(root, ['/bin/sh', '-c', command], { cwd, env: { HOME: '/root', ...own, ...env } });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`RUN ${command}\nended with ${code}:\n${chunks.join('').slice(-4_000)}`);
}

/** What an image adds to its base, by path, in megabytes. */
export function sizeMb(root: string): number {
  const files = globSync('{app,usr/local/bin}/**/*', { cwd: root });
  const bytes = files.map((path) => lstatSync(join(root, path))).filter((one) => one.isFile());
  return Math.round(bytes.reduce((sum, one) => sum + one.size, 0) / 1e6);
}
