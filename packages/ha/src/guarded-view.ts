import { Readable } from 'node:stream';
import { Fault } from '@hub/core/fault.ts';
import { readText } from './body.ts';
import { assertAnswerable } from './guarded-questions.ts';
import type { Command, Home, HttpRequest, HttpResponse } from './home.ts';
import type { Mirror } from './mirror.ts';
import { createView } from './mirrored-view.ts';
import { isRecord, readSelector, SELECTOR_KEYS } from './selector.ts';
import { shownState, shownStates } from './shown-states.ts';
import { expandTarget } from './targets.ts';
import type { View } from './view.ts';
import type { Visibility } from './visibility.ts';

/** A part of these would be wrong, or written back as the whole. */
const WHOLE = /\/config$|\/substitute$|^trace\/get$|^diagnostics\/|entity_registry\/get$|^validate_config$/;
const DEVICES = 'config/device_registry/list';
/** Doors of HTTP that run templates or actions: the socket has them too, where they are looked into. */
const CLOSED = /^\/api\/(template|services|events|intent|conversation|webhook)\b/;

/**
 * A home of which a connector sees a part: mirror reads without the rest, calls naming the rest not sent, targets sent as the visible
 * entities they expand to, answers without the rest or, where a part would mislead, withheld.
 */
export function createGuardedView(home: Home, mirror: Mirror, visibility: Visibility): View {
  const view = createView(home, mirror, visibility);
  const hides = (value: unknown) => visibility.hiddenIn(JSON.stringify(value ?? null));
  const fresh =
    <T>(read: () => Promise<T>) =>
    async () => {
      await visibility.refresh();
      return read();
    };
  const refuseNaming = (value: unknown) => {
    const hidden = visibility.hiddenNamed(JSON.stringify(value ?? null));
    if (hidden !== undefined) throw notThere(hidden);
  };

  async function outgoing(command: Command): Promise<Command> {
    await visibility.refresh();
    refuseNaming(command);
    assertAnswerable(command);
    return command.type === 'call_service' ? withVisibleTarget(command, guarded) : command;
  }

  const guarded: View = {
    ...view,
    get info() {
      return home.info;
    },
    states: fresh(async () => shownStates(await view.states(), visibility)),
    watch: (listener) => view.watch((id, state) => listener(id, state && shownState(state, visibility))),
    entities: fresh(view.entities),
    devices: fresh(view.devices),
    async send(command, options) {
      const answer = await withoutHiddenItems(
        await home.send(await outgoing(command), options),
        command.type,
        guarded,
        visibility,
      );
      if (hides(answer) === undefined) return answer;
      if (WHOLE.test(command.type)) throw withheld(command.type);
      return without(answer, hides);
    },
    async subscribe(command, onEvent, options) {
      const sent = await outgoing(command);
      const onVisible = (event: unknown) => {
        if (command.type === 'render_template') onEvent(answerWithin(event, visibility));
        else if (hides(event) === undefined) onEvent(event);
      };
      try {
        return await home.subscribe(sent, onVisible, options);
      } catch (error) {
        throw command.type === 'render_template' ? templateFault(error) : error;
      }
    },
    async rest(request, options) {
      await visibility.refresh();
      if (CLOSED.test(request.path)) throw withheld(request.path);
      refuseNaming([decodeURIComponent(request.path), request.query, request.body]);
      return shown(await home.rest(request, options), request, visibility, hides);
    },
  };
  return guarded;
}

/** Home Assistant would expand an area, or `all`, to what it holds; so the visible entities go instead. @throws Fault ENTITY_NOT_FOUND */
async function withVisibleTarget(command: Command, view: View): Promise<Command> {
  const data = isRecord(command['service_data']) ? command['service_data'] : {};
  const target = isRecord(command['target']) ? command['target'] : {};
  const keys = [...SELECTOR_KEYS, 'exclude'];
  const inData = Object.fromEntries(Object.entries(data).filter(([key]) => keys.includes(key)));
  const selector = { ...inData, ...target };
  const { ids } = readSelector(selector);
  const isNamed = ids.entities !== 'all' && ids.devices.size + ids.areas.size + ids.floors.size + ids.labels.size === 0;
  const groups = ids.entities === 'all' ? [] : [...ids.entities].filter((id) => id.startsWith('group.'));
  if ((isNamed && groups.length === 0) || command['domain'] === 'group') return command;
  const { entityIds } = await expandTarget(view, selector);
  // A group would bring its hidden members along; its visible ones are listed beside it.
  const visible = entityIds.filter((id) => !id.startsWith('group.'));
  if (visible.length === 0)
    throw new Fault('ENTITY_NOT_FOUND', 'The target holds no entity of this connector.', {
      suggestion: 'ha_search shows what there is.',
    });
  const rest = Object.fromEntries(Object.entries(data).filter(([key]) => !keys.includes(key)));
  return { ...command, service_data: rest, target: { entity_id: visible } };
}

/** A template may tell of anything; its answer counts only when all it listened to is visible. */
function answerWithin(event: unknown, visibility: Visibility): unknown {
  const listeners = isRecord(event) ? event['listeners'] : undefined;
  if (!isRecord(event) || 'error' in event) return isSyntaxError(event) ? event : hiddenError;
  const { all, domains, entities } = isRecord(listeners) ? listeners : {};
  const isWithin = all === false && Array.isArray(domains) && domains.length === 0 && Array.isArray(entities);
  return isWithin && visibility.hiddenIn(JSON.stringify([event, entities])) === undefined ? event : hiddenError;
}

/** Said before anything is read; every other error can carry the very state that was read. */
function isSyntaxError(event: unknown): boolean {
  return isRecord(event) && String(event['error']).startsWith('TemplateSyntaxError: ');
}

function templateFault(error: unknown): unknown {
  if (
    !(error instanceof Fault) ||
    error.code === 'CONNECTION_FAILED' ||
    error.message.includes('TemplateSyntaxError: ')
  )
    return error;
  return new Fault('SERVICE_CALL_FAILED', hiddenError.error, { cause: error });
}

/** The same for both, so that one cannot be told from the other. */
const hiddenError = {
  error:
    'The template failed, or it reads entities that this connector may not see, or all of a kind; name visible ones and give defaults.',
  level: 'ERROR',
};

/** What is looked through must fit into memory, whatever the home sends. */
const MAX_SHOWN_BYTES = 64 * 1024 * 1024;

async function shown(
  response: HttpResponse,
  request: HttpRequest,
  visibility: Visibility,
  hides: (value: unknown) => string | undefined,
): Promise<HttpResponse> {
  if (!/json|text/.test(response.headers['content-type'] ?? '')) return response;
  const body = await readText(response, MAX_SHOWN_BYTES);
  const again = (content: string) => ({ ...response, body: Readable.from([Buffer.from(content)]) });
  if (visibility.hiddenIn(body) === undefined) return again(body);
  if (request.path === '/api/error_log')
    return again(
      body
        .split('\n')
        .filter((line) => visibility.hiddenIn(line) === undefined)
        .join('\n'),
    );
  if (!body.startsWith('[')) throw withheld(request.path);
  const rows: unknown = JSON.parse(body);
  return again(JSON.stringify(without(rows, hides)));
}

/** Devices and helpers in lists that give no entity id: those whose entities are hidden are left out. */
async function withoutHiddenItems(answer: unknown, type: string, view: View, visibility: Visibility): Promise<unknown> {
  const [, domain] = /^(\w+)\/list$/.exec(type) ?? [];
  if (type !== DEVICES && domain === undefined) return answer;
  const devices = type === DEVICES ? await view.devices() : undefined;
  const isShown = (item: unknown) =>
    !isRecord(item) ||
    (devices ? devices.has(String(item['id'])) : !visibility.hidesItem(String(domain), String(item['id'])));
  if (Array.isArray(answer)) return answer.filter(isShown);
  if (!isRecord(answer)) return answer;
  const parts = Object.entries(answer).map(([key, part]) => [key, Array.isArray(part) ? part.filter(isShown) : part]);
  return Object.fromEntries(parts);
}

/** Items and entries that name a hidden entity are left out. */
function without(value: unknown, hides: (value: unknown) => string | undefined): unknown {
  if (Array.isArray(value))
    return value.flatMap((item: unknown) => {
      if (Array.isArray(item)) return [without(item, hides)];
      return hides(item) === undefined ? [item] : [];
    });
  if (!isRecord(value)) return hides(value) === undefined ? value : null;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, unknown][] =>
      hides(key) === undefined ? [[key, without(inner, hides)]] : [],
    ),
  );
}

/** For an entity id, or the id of a device. */
export function notThere(id: string): Fault {
  const isEntity = id.includes('.');
  return new Fault('ENTITY_NOT_FOUND', `There is no ${isEntity ? 'entity' : 'device'} ${id} in this home.`, {
    suggestion: isEntity ? 'Look it up with ha_search.' : 'Look it up with ha_get_device.',
    context: isEntity ? { entity_id: id } : { device_id: id },
  });
}

/** The answer exists, and tells of what the connector may not see. */
export function withheld(what: string): Fault {
  return new Fault(
    'ENTITY_VISIBILITY_ENFORCED',
    `The answer of ${what} tells of entities hidden from this connector.`,
    {
      suggestion:
        'Ask for less, by visible entities; the owner can change the rules: hub connectors set NAME --visibility FILE',
    },
  );
}
