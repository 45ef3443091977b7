import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const IMPORT = /^import \{[^}]*\btool\b[^}]*\} from '(\.[^']+)';$/gm;

/** Where tests run a tool, by what they call themselves with. */
const PLACES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\bdescribeHomes\(/, ['real home', 'simulated home']],
  [/\b(describeRealHome|describeReal|itReal)\(/, ['real home']],
  [/\bdescribeSupervisedHome\(/, ['real home, its Supervisor played']],
  [/\b(startSimulatedHome|openGate)\(/, ['simulated home']],
];

const placesIn = (text: string) => PLACES.filter(([mark]) => mark.test(text)).flatMap(([, names]) => names);

/** On which homes the tests in a folder that call a tool by its name run it. */
export function provedByName(folder: string, tool: string): readonly string[] {
  const tests = globSync('**/*.test.ts', { cwd: folder }).map((test) => readFileSync(join(folder, test), 'utf8'));
  return [...new Set(tests.filter((text) => text.includes(`'${tool}'`)).flatMap(placesIn))].sort();
}

/** For each file that exports a tool: on which homes the tests that import it run. */
export function findProofs(folder: string): ReadonlyMap<string, readonly string[]> {
  const proofs = new Map<string, Set<string>>();
  for (const test of globSync('**/*.test.ts', { cwd: folder })) {
    const text = readFileSync(join(folder, test), 'utf8');
    const places = placesIn(text);
    for (const [, from = ''] of text.matchAll(IMPORT)) {
      const path = posix.join(dirname(test), from);
      proofs.set(path, new Set([...(proofs.get(path) ?? []), ...places]));
    }
  }
  return new Map([...proofs].map(([path, places]) => [path, [...places].sort()]));
}
