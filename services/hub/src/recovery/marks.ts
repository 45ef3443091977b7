import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterLink } from '@hub/runtime/cluster-link.ts';
import type { Log } from '@hub/runtime/log.ts';
import { z } from 'zod';
import type { Config } from '../config.ts';

const markShape = z.object({ beat: z.number(), at: z.iso.datetime(), ended: z.array(z.string()) });

/** What is remembered of the database outside of it. */
export type Mark = z.infer<typeof markShape>;

export interface Marks {
  /** The highest beat and all ended credentials that are remembered anywhere; undefined when nothing is. */
  read(): Promise<Mark | undefined>;
  /** Best effort: a place that cannot be written now is written the next time. */
  write(mark: Mark): Promise<void>;
}

interface Place {
  get(): Promise<string | null>;
  set(text: string): Promise<unknown>;
}

const FILE = 'database-mark.json';

/** In the data folder and in Redis. An embedded database has none: whatever puts it back puts back its folder with it. */
export function openMarks(
  config: Pick<Config, 'dataDir' | 'isEmbedded'>,
  link: Pick<ClusterLink, 'redis' | 'prefix'> | undefined,
  log: Log,
): Marks {
  const places = [...(config.isEmbedded ? [] : [inFolder(config.dataDir)]), ...(link ? [inRedis(link)] : [])];
  return {
    async read() {
      const texts = await Promise.all(places.map((place) => place.get().catch(() => null)));
      const found = texts.flatMap((text) => parsed(text) ?? []);
      const [highest] = found.toSorted((a, b) => b.beat - a.beat);
      return highest && { ...highest, ended: [...new Set(found.flatMap(({ ended }) => ended))] };
    },
    async write(mark) {
      const text = JSON.stringify(mark);
      const write = async (place: Place) => {
        await place.set(text).catch((err: unknown) => log.debug({ err }, 'the mark of the database could not be kept'));
      };
      await Promise.all(places.map(write));
    },
  };
}

function inFolder(dataDir: string): Place {
  const path = join(dataDir, FILE);
  return {
    get: () => readFile(path, 'utf8'),
    async set(text) {
      await mkdir(dataDir, { recursive: true, mode: 0o711 });
      await writeFile(`${path}.partial`, text, { mode: 0o600 });
      await rename(`${path}.partial`, path);
    },
  };
}

function inRedis({ redis, prefix }: Pick<ClusterLink, 'redis' | 'prefix'>): Place {
  const key = `${prefix('database')}mark`;
  return { get: () => redis.get(key), set: (text) => redis.set(key, text) };
}

/** A file that was cut short, or of another version, says nothing. */
function parsed(text: string | null): Mark | undefined {
  try {
    return markShape.safeParse(JSON.parse(text ?? 'null')).data;
  } catch {
    return undefined;
  }
}
