import { Fault } from '@hub/core/fault.ts';
import type { DashboardConfig } from './read-config.ts';
import { entitiesOf, jqPath, type PlacedCard, pythonPath, walkCards } from './walk-cards.ts';

export interface CardCriteria {
  /** An id, or a pattern with `*`. */
  readonly entity_id?: string | undefined;
  readonly card_type?: string | undefined;
  /** Part of a heading card's text. */
  readonly heading?: string | undefined;
}

/** The cards and badges that meet every criterion given. @throws Fault VALIDATION_FAILED for a dashboard that a strategy fills */
export function findCards(config: DashboardConfig, criteria: CardCriteria, withConfig: boolean) {
  if ('strategy' in config) {
    throw new Fault('VALIDATION_FAILED', 'A strategy fills this dashboard: it has no cards that could be searched.', {
      suggestion: 'Read it without entity_id, card_type and heading to see the strategy.',
    });
  }
  return [...walkCards(config)]
    .filter((placed) => isMatch(placed, criteria))
    .map((placed) => rowOf(placed, withConfig));
}

function isMatch({ card }: PlacedCard, { entity_id: entity, card_type: type, heading }: CardCriteria): boolean {
  if (type !== undefined && String(card['type'] ?? '').toLowerCase() !== type.trim().toLowerCase()) return false;
  if (heading !== undefined && !headingOf(card).includes(heading.trim().toLowerCase())) return false;
  return entity === undefined || entitiesOf(card).some((id) => fits(id, entity.trim()));
}

function headingOf(card: Readonly<Record<string, unknown>>): string {
  const { type, heading } = card;
  return type === 'heading' && typeof heading === 'string' ? heading.toLowerCase() : '';
}

/** `*` stands for any text. Searched part by part: as a regular expression, many stars could take minutes. */
function fits(text: string, pattern: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return text === pattern;
  const tail = rest.pop() ?? '';
  if (!text.startsWith(head)) return false;
  let at = head.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - tail.length >= at && text.endsWith(tail);
}

function rowOf({ card, path, viewIndex, sectionIndex, cardIndex, badgeIndex }: PlacedCard, withConfig: boolean) {
  return {
    view_index: viewIndex,
    section_index: sectionIndex,
    card_index: cardIndex,
    ...(badgeIndex === undefined ? {} : { badge_index: badgeIndex }),
    jq_path: jqPath(path),
    python_path: pythonPath(path),
    card_type: typeof card['type'] === 'string' ? card['type'] : null,
    ...(withConfig ? { card_config: card } : {}),
  };
}
