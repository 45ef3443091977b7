/**
 * Adds to package-lock.json the platform packages (`@biomejs/cli-darwin-arm64` …) that the registry at hand does not carry.
 * npm leaves them out of the lock without a word, and `npm ci` then refuses that lock on every machine. Entries made here
 * have no integrity: npm fetches them only on the platform they name. On a complete registry there is nothing to add.
 *
 *     node scripts/run.mjs scripts/complete-lock.ts [--check]        after every change of dependencies
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const Entry = z.looseObject({
  version: z.string().optional(),
  dev: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const Lock = z.looseObject({ packages: z.record(z.string(), Entry) });
const Untouched = z.custom<{ packages: Record<string, unknown> }>((value) => Lock.safeParse(value).success);
type Packages = z.infer<typeof Lock>['packages'];

const os = {
  darwin: 'darwin',
  linux: 'linux',
  win32: 'win32',
  windows: 'win32',
  android: 'android',
  freebsd: 'freebsd',
  openharmony: 'openharmony',
};
const cpu = {
  arm64: 'arm64',
  x64: 'x64',
  '64': 'x64',
  ia32: 'ia32',
  arm: 'arm',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  wasm32: 'wasm32',
};
const libc = { musl: 'musl', musleabihf: 'musl', gnu: 'glibc', gnueabihf: 'glibc' };

/** The `os`, `cpu` and `libc` that a platform package's name tells. */
export function platformOf(name: string): { os?: string[]; cpu?: string[]; libc?: string[] } {
  const words = name.replace(/^@[^/]+\//, '').split('-');
  const pick = (known: Record<string, string>) => words.flatMap((word) => known[word] ?? []).slice(0, 1);
  const found = { os: pick(os), cpu: pick(cpu), libc: pick(libc) };
  if (found.cpu.length === 0)
    throw new Error(`${name} names no platform that this script knows; add it to scripts/complete-lock.ts`);
  return Object.fromEntries(Object.entries(found).filter(([, values]) => values.length > 0));
}

/** Where Node would look for `name` from the package at `path`, nearest first. */
function placesFor(path: string, name: string): string[] {
  const places = [`${path === '' ? '' : `${path}/`}node_modules/${name}`];
  for (let base = path; base !== ''; ) {
    base = base.slice(0, Math.max(0, base.lastIndexOf('node_modules/'))).replace(/\/$/, '');
    places.push(`${base === '' ? '' : `${base}/`}node_modules/${name}`);
  }
  return places;
}

/** The entries that the lock lacks. */
export function missingEntries(packages: Packages): Packages {
  const missing: Packages = {};
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (placesFor(path, name).some((place) => packages[place])) continue;
      if (!/^\d/.test(version))
        throw new Error(`${name}@${version} of ${path} is not an exact version; pin it in package-lock.json by hand`);
      missing[`node_modules/${name}`] = {
        version,
        ...platformOf(name),
        ...(entry.dev ? { dev: true } : {}),
        optional: true,
      };
    }
  }
  return missing;
}

function main(): void {
  const path = new URL('../package-lock.json', import.meta.url);
  const lock = Untouched.parse(JSON.parse(readFileSync(path, 'utf8'))); // keeps npm's order of keys
  const missing = missingEntries(Lock.parse(lock).packages);
  const count = Object.keys(missing).length;
  if (count === 0) {
    console.log('package-lock.json names every platform package');
    return;
  }
  if (process.argv.includes('--check')) {
    console.error(`package-lock.json lacks ${count} platform packages, npm ci would refuse it; run: npm run lock`);
    process.exitCode = 1;
    return;
  }
  const sorted = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, undefined, 2)}\n`);
  console.log(`package-lock.json: ${count} platform packages added`);
}

if (import.meta.main) main();
