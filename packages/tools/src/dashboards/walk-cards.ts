import type { DashboardConfig } from './read-config.ts';
import { viewsOf } from './views.ts';

type Step = string | number;
type Card = Readonly<Record<string, unknown>>;

export interface PlacedCard {
  readonly card: Card;
  readonly path: readonly Step[];
  readonly viewIndex: number;
  readonly sectionIndex: number | null;
  /** Of the outermost card it lies in; null for what stands in a view's header or is a badge. */
  readonly cardIndex: number | null;
  readonly badgeIndex?: number;
}

/** Keys under which a card holds others. */
const NESTING_KEYS = new Set(['card', 'cards', 'elements', 'custom_fields', 'states']);

/** Every card and badge of a dashboard, outer before inner, each with the way to it. */
export function* walkCards(config: DashboardConfig): Generator<PlacedCard> {
  for (const [viewIndex, view] of viewsOf(config).entries()) {
    const at = ['views', viewIndex] as const;
    const place = { viewIndex, sectionIndex: null, cardIndex: null };
    for (const [badgeIndex, badge] of listOf(view['badges']).entries()) {
      const card = typeof badge === 'string' ? { entity: badge } : asCard(badge);
      if (card) yield { ...place, card: { type: 'entity', ...card }, path: [...at, 'badges', badgeIndex], badgeIndex };
    }
    for (const part of ['header', 'footer']) yield* nested(asCard(view[part]), [...at, part], place);
    yield* cardList(view['cards'], at, { viewIndex, sectionIndex: null });
    for (const [sectionIndex, section] of listOf(view['sections']).entries())
      yield* cardList(asCard(section)?.['cards'], [...at, 'sections', sectionIndex], { viewIndex, sectionIndex });
  }
}

type Place = Pick<PlacedCard, 'viewIndex' | 'sectionIndex' | 'cardIndex'>;

function* cardList(cards: unknown, at: readonly Step[], place: Omit<Place, 'cardIndex'>): Generator<PlacedCard> {
  for (const [cardIndex, value] of listOf(cards).entries())
    yield* withNested(asCard(value), [...at, 'cards', cardIndex], { ...place, cardIndex });
}

function* withNested(card: Card | undefined, path: readonly Step[], place: Place): Generator<PlacedCard> {
  if (!card) return;
  yield { ...place, card, path };
  yield* nested(card, path, place);
}

function* nested(card: Card | undefined, path: readonly Step[], place: Place): Generator<PlacedCard> {
  if (!card) return;
  yield* withNested(asCard(card['card']), [...path, 'card'], place);
  for (const key of ['cards', 'elements']) {
    for (const [index, inner] of listOf(card[key]).entries())
      yield* withNested(asCard(inner), [...path, key, index], place);
  }
  // Custom cards: one that keeps cards by field name, and one that swaps a card per state.
  for (const [name, field] of Object.entries(asCard(card['custom_fields']) ?? {}))
    yield* nested(asCard(field), [...path, 'custom_fields', name], place);
  for (const [name, inner] of Object.entries(asCard(card['states']) ?? {})) {
    const state = asCard(inner);
    if (typeof state?.['type'] === 'string') yield* withNested(state, [...path, 'states', name], place);
  }
}

/** What a card says itself, text by text; the cards inside it speak for themselves. */
export function* ownTexts(
  node: unknown,
  path: readonly Step[] = [],
): Generator<{ path: readonly Step[]; text: string }> {
  if (typeof node === 'string') yield { path, text: node };
  else if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) yield* ownTexts(item, [...path, index]);
  } else if (node !== null && typeof node === 'object') {
    for (const [key, value] of Object.entries(node))
      if (!(NESTING_KEYS.has(key) && typeof value === 'object')) yield* ownTexts(value, [...path, key]);
  }
}

const ENTITY_KEYS = new Set(['entity', 'entities', 'entity_id', 'camera_image']);

/** The entities that a card itself names: shown, or acted on when it is tapped. */
export function entitiesOf(card: Card): string[] {
  const named = [...ownTexts(card)].filter(({ path }) => {
    const key = path.findLast((step) => typeof step === 'string');
    return typeof key === 'string' && ENTITY_KEYS.has(key);
  });
  return named.map(({ text }) => text);
}

/** As jq writes it: `.views[0].cards[2]`. */
export function jqPath(path: readonly Step[]): string {
  return path
    .map((step) =>
      typeof step === 'number' ? `[${step}]` : /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`,
    )
    .join('');
}

/** As a python_transform writes it: `config['views'][0]['cards'][2]`. */
export function pythonPath(path: readonly Step[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
  return `config${path.map((step) => `[${typeof step === 'number' ? step : quote(step)}]`).join('')}`;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asCard(value: unknown): Card | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : undefined;
}
