import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { UsageError } from './failure.ts';

/** What may stand in a file of its own or in a variable: `tokenFile`, `tokenEnv` and so on. */
const ELSEWHERE = ['token', 'clientCertificate', 'clientKey', 'extraCa'] as const;

const fileShape = z.strictObject({ homes: z.array(z.record(z.string(), z.unknown())) });

/** A YAML file of homes as the API takes them, with what it keeps elsewhere filled in. @throws UsageError that never repeats a value */
export async function readHomesFile(path: string, env: NodeJS.ProcessEnv): Promise<z.output<typeof fileShape>> {
  const parsed = fileShape.safeParse(parseYaml(path, await readNamed(path)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(
      `${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'is wrong'}; it is a list under 'homes:'`,
    );
  }
  const folder = dirname(resolve(path));
  return {
    homes: await Promise.all(parsed.data.homes.map((home, at) => fillIn(home, `${path}: homes.${at}`, folder, env))),
  };
}

async function fillIn(home: Readonly<Record<string, unknown>>, where: string, folder: string, env: NodeJS.ProcessEnv) {
  const filled: Record<string, unknown> = { ...home };
  for (const name of ELSEWHERE) {
    const { [`${name}File`]: file, [`${name}Env`]: variable } = home;
    delete filled[`${name}File`];
    delete filled[`${name}Env`];
    if (typeof file === 'string')
      filled[name] = (await readNamed(resolve(folder, file), `${where}.${name}File`)).trim();
    if (typeof variable !== 'string') continue;
    if (!env[variable]) throw new UsageError(`${where}.${name}Env: the variable ${variable} is not set`);
    filled[name] = env[variable];
  }
  return filled;
}

function parseYaml(path: string, content: string): unknown {
  try {
    return parse(content);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const [at] = error.linePos ?? [];
    throw new UsageError(`${path} is not YAML${at ? `: line ${at.line}, column ${at.col}` : ''} (${error.code})`);
  }
}

async function readNamed(path: string, where?: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'error';
    throw new UsageError(`${where === undefined ? '' : `${where}: `}${path} cannot be read (${code})`);
  }
}
