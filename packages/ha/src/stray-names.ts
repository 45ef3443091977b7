import type { Mirror } from './mirror.ts';
import { type EntitySelection, patternOf } from './visibility.ts';

/** What a deny rule names and nothing at a home answers to, so that it hides nothing there. @throws Fault when the home cannot be reached */
export async function strayNames(mirror: Mirror, deny: EntitySelection): Promise<readonly string[]> {
  const read = [mirror.states(), mirror.entities(), mirror.areas(), mirror.labels()] as const;
  const [states, entries, areas, labels] = await Promise.all(read);
  const ids = [...new Set([...states.keys(), ...entries.keys()])];
  const domains = new Set(ids.map((id) => id.slice(0, id.indexOf('.'))));
  const areaNames = new Set([...areas.values()].map(({ name }) => name.toLowerCase()));
  const isAnEntity = (text: string) => {
    const pattern = patternOf(text);
    return ids.some((id) => pattern.test(id));
  };
  return [
    ...deny.entities.filter((text) => !isAnEntity(text)),
    ...deny.areas.filter((text) => !areas.has(text) && !areaNames.has(text.toLowerCase())),
    ...deny.labels.filter((text) => !labels.has(text)),
    ...deny.domains.filter((text) => !domains.has(text)),
  ];
}
