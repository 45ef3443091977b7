import { createHmac } from 'node:crypto';
import { Fault } from '@hub/core/fault.ts';
import type { VolatileMap } from '@hub/runtime/volatile-map.ts';
import { guidanceOf } from '@hub/tools/guidance/guidance-of.ts';
import { shortForm } from '@hub/tools/guidance/guide.ts';
import type { ConnectorAccess } from './connector-access.ts';
import { isPreview } from './is-preview.ts';

type Body = Readonly<Record<string, unknown>>;

/** The call of a tool, as far as guidance goes. */
export interface GuidedCall {
  readonly connector: ConnectorAccess;
  /** As the connector, or the home it means, is set. */
  readonly isStrict: boolean;
  readonly tool: string;
  readonly input: unknown;
  /** Whatever tells one conversation with this connector from another. */
  readonly conversation: string | undefined;
}

/** Hands the guide out in small pieces, once per conversation, and asks strict connectors for proof that it was read. */
export interface BestPractice {
  /** What strict writes have to name now; undefined for a connector that is strict at none of its homes. */
  keyOf(connector: ConnectorAccess): string | undefined;
  /** Why this call may not go on: a strict write without the key. The refusal brings the rules and the key. */
  refusal(call: GuidedCall): Promise<Fault | undefined>;
  /** The answer with the rules for what was written, or a word where they were given before. */
  deliver(call: GuidedCall, body: Body): Promise<Body>;
}

const HOUR_MS = 60 * 60 * 1000;
const PREFIX = 'I-HAVE-READ-THE-BEST-PRACTICES-GUIDE-';
const GUIDE_TOOL = 'ha_get_skill_guide';
/** In place of a file that this conversation has. */
const GIVEN = 'given before';

/** `secret`: the same on all replicas, so that each takes the others' keys. `given`: who has got what. */
export function createBestPractice(deps: {
  readonly secret: Buffer;
  readonly given: VolatileMap;
  readonly now?: () => number;
}): BestPractice {
  const { secret, given, now = Date.now } = deps;

  const keyAt = (connector: ConnectorAccess, hour: number) =>
    PREFIX + createHmac('sha256', secret).update(`${connector.id}\n${hour}`).digest('hex').slice(0, 8);
  const hour = () => Math.floor(now() / HOUR_MS);

  /** True the first time in a conversation. */
  const isFirst = ({ connector, conversation = '' }: GuidedCall, path: string) =>
    given.setIfAbsent(`guide:${connector.id}:${conversation}:${path}`, true, HOUR_MS);

  async function newRules(call: GuidedCall, paths: readonly string[]): Promise<Record<string, string>> {
    const isNew = await Promise.all(paths.map((path) => isFirst(call, path)));
    return Object.fromEntries(paths.filter((_, n) => isNew[n]).map((path) => [path, shortForm(path)]));
  }

  return {
    keyOf: (connector) => (isStrictAnywhere(connector) ? keyAt(connector, hour()) : undefined),
    async refusal(call) {
      const { connector, isStrict, tool, input } = call;
      const paths = guidanceOf(tool);
      if (!paths || !isStrict || isPreview(input)) return undefined;
      const offered = textOf(input, 'BestPracticeKey')?.trim();
      const key = keyAt(connector, hour());
      if (offered === key || offered === keyAt(connector, hour() - 1)) return undefined;
      const rules = await newRules(call, paths);
      const isNew = Object.keys(rules).length > 0;
      return new Fault(
        'BPS_ACKNOWLEDGMENT_REQUIRED',
        `Nothing was changed: ${tool} wants the best practices read first.`,
        {
          suggestion: [
            `${isNew ? 'Read skill_content below' : `Read ${paths[0]} with ${GUIDE_TOOL} unless you have`}, then send this call again, improved where the rules say so, with BestPracticeKey: ${key}`,
            'The key holds for an hour and for every kind of configuration write; it can be passed from the first one on.',
          ],
          context: { tool_name: tool, strict_mandatory_bps: true, ...(isNew ? { skill_content: rules } : {}) },
        },
      );
    },
    async deliver(call, body) {
      if (call.tool === GUIDE_TOOL && typeof body['file'] === 'string') await isFirst(call, body['file']);
      const paths = guidanceOf(call.tool);
      if (!paths || isDeclined(call.input)) return body;
      const rules = await newRules(call, paths);
      const isNew = Object.keys(rules).length > 0;
      // A preview saves nothing, so it needs no key; the write that follows it does.
      const key =
        call.isStrict && isPreview(call.input)
          ? ` To save it pass BestPracticeKey: ${keyAt(call.connector, hour())}`
          : '';
      return {
        skill_content_hint:
          (isNew
            ? `Check what you wrote against skill_content; it comes once. More: ${GUIDE_TOOL}.`
            : 'The rules as given before.') + key,
        ...body,
        skill_content: Object.fromEntries(paths.map((path) => [path, rules[path] ?? GIVEN])),
      };
    },
  };
}

function isStrictAnywhere({ homes, settings }: ConnectorAccess): boolean {
  return settings.strict || homes.some((home) => home.settings.strict);
}

function isDeclined(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'MandatoryBPS' in input && input.MandatoryBPS === false;
}

function textOf(input: unknown, key: string): string | undefined {
  const value: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, key) : undefined;
  return typeof value === 'string' ? value : undefined;
}
