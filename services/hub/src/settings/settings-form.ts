import { createHash } from 'node:crypto';
import { canonicalJson } from '@hub/core/canonical-json.ts';
import { EFFECTS } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import type { ConnectorSettings } from '@hub/gate/connector-access.ts';
import { isMandatory } from '@hub/gate/tool-pins.ts';
import { visibilitySchema } from '@hub/gate/visibility.ts';
import { tools } from '@hub/tools/registry.gen.ts';
import type { Patch } from '../api/setting-shapes.ts';
import { type Html, html } from './html.ts';

export interface FormInput {
  /** What holds now, whoever says it. */
  readonly effective: ConnectorSettings;
  /** What this connector or home says itself. */
  readonly own: Readonly<Record<string, unknown>>;
  /** What takes the place of what it does not say. */
  readonly otherwise: string;
  /** Of a connector: entity rules, and what a person may be asked. */
  readonly hasRules: boolean;
  readonly token: string;
}

type Choice = readonly [value: string, label: string, explained: string];

const SEARCH: readonly Choice[] = [
  [
    'off',
    'Off',
    'The whole list. Right for large models, whose clients search tools themselves (Claude, ChatGPT, Gemini).',
  ],
  [
    'on',
    'On',
    'A short list; the model finds the rest with ha_search_tools. Right for small or local models, and for clients that take few tools.',
  ],
  ['auto', 'Automatic', 'On for clients known to run small or local models or to take few tools, off for all others.'],
];
const READ_ONLY: readonly Choice[] = [
  ['off', 'Off', 'What the ceiling allows can be done.'],
  ['on', 'On', 'Tools that write leave the list, and every change is refused, however it is asked for.'],
];
const HINT: readonly Choice[] = [
  ['normal', 'Normal', 'A backup before what cannot be taken back.'],
  ['strong', 'Strong', 'A backup before the first change of every conversation.'],
  ['weak', 'Weak', 'A backup only when the user asks for one.'],
  ['auto', 'Automatic', 'The same as normal.'],
];
const STRICT: readonly Choice[] = [
  [
    'on',
    'On',
    'Automations, scripts, scenes, helpers and dashboards are written only after the model has read the guide.',
  ],
  ['off', 'Off', 'The guide is offered and not required.'],
];

const ASK: readonly Choice[] = [
  ['control', 'Control', 'A lamp.'],
  ['configure', 'Configure', 'An automation.'],
  ['secure', 'Secure', 'Locks, alarms, garage doors.'],
  ['system', 'System', 'A restart, an update.'],
  ['destroy', 'Destroy', 'Removing, restoring.'],
];

/** Tells the settings a page shows from those that somebody saved since. */
export function versionOf(own: FormInput['own']): string {
  return createHash('sha256').update(canonicalJson(own)).digest('base64url').slice(0, 22);
}

/** The settings as one form; it works without any script. */
export function settingsForm(input: FormInput): Html {
  const { own, otherwise, effective, hasRules, token } = input;
  const said = (key: string, value: unknown) => (own[key] === undefined ? 'default' : wordOf(value));
  const group = (key: keyof ConnectorSettings, legend: string, text: string, choices: readonly Choice[]) =>
    choiceGroup(key, legend, text, said(key, effective[key]), [
      ...choices,
      ['default', otherwise, own[key] === undefined ? `Now: ${wordOf(effective[key])}.` : ''],
    ]);
  return html`<form method="post">
<input type="hidden" name="token" value="${token}">
<input type="hidden" name="version" value="${versionOf(own)}">
${group('toolSearch', 'Tool search', 'How many tools a client sees. All of them can be called either way.', SEARCH)}
${group('readOnly', 'Read-only', 'Whether anything can be changed.', READ_ONLY)}
${group('backupHint', 'Backup hint', 'What a model is told about making backups. Nothing is enforced.', HINT)}
${group('strict', 'Strict best practice', 'Whether the guide must be read before configuration is written.', STRICT)}
${hasRules && choiceGroup('askUpTo', 'Ask up to', 'What lies above the ceiling, up to this, a person may allow once; the hub then waits for that word.', String(own['askUpTo'] ?? 'default'), [...ASK, ['default', 'Nothing', 'What lies above the ceiling is refused.']])}
${hasRules && rulesField(effective.visibility)}
${toolTable(effective, own)}
<p><button>Save</button> <span class="soft">Takes effect at once; open clients are told that their list changed.</span></p>
</form>`;
}

function wordOf(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
}

function choiceGroup(name: string, legend: string, text: string, chosen: string, choices: readonly Choice[]): Html {
  return html`<fieldset><legend>${legend}</legend><p class="soft">${text}</p>${choices.map(
    ([value, label, explained]) =>
      html`<label class="choice"><input type="radio" name="${name}" value="${value}"${value === chosen && html` checked`}>${label}<small>${explained}</small></label>`,
  )}</fieldset>`;
}

function rulesField(visibility: ConnectorSettings['visibility']): Html {
  const text = visibility ? JSON.stringify(visibility, undefined, 2) : '';
  return html`<fieldset><legend>Entity rules</legend>
<p class="soft" id="rules-text">What of its homes this connector may know of, as JSON: <code>{"allow": {"areas": ["kitchen"]}, "deny": {"domains": ["camera"]}}</code>. Empty: everything.</p>
<label for="visibility">Rules</label>
<textarea id="visibility" name="visibility" spellcheck="false" aria-describedby="rules-text">${text}</textarea></fieldset>`;
}

function toolTable(effective: ConnectorSettings, own: Readonly<Record<string, unknown>>): Html {
  const isOwn = own['disabledTools'] !== undefined || own['pinnedTools'] !== undefined;
  const rows = [...tools]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, title }) => {
      const isOff = effective.disabledTools.includes(name);
      const stays = isMandatory(name, { strict: effective.strict });
      const off = stays
        ? html`<small>stays on</small>`
        : html`<input type="checkbox" name="off" value="${name}" aria-label="${title} off"${isOff && html` checked`}>`;
      const isPinned = effective.pinnedTools.includes(name);
      return html`<tr><td>${title}<br><small><code>${name}</code></small></td><td class="tick">${off}</td><td class="tick"><input type="checkbox" name="pin" value="${name}" aria-label="${title} pinned"${isPinned && html` checked`}></td></tr>`;
    });
  return html`<fieldset><legend>Tools</legend>
<p class="soft">Off: not listed and not run. Pinned: listed beside the search where the list is short.</p>
${isOwn && html`<label class="choice"><input type="checkbox" name="reset" value="tools">Forget these choices<small>Follow the homes, or the defaults, again.</small></label>`}
<div class="scroll"><table><thead><tr><th scope="col">Tool</th><th scope="col" class="tick">Off</th><th scope="col" class="tick">Pinned</th></tr></thead><tbody>${rows}</tbody></table></div>
</fieldset>`;
}

/** What the form says; lists only when they were changed. @throws Fault VALIDATION_INVALID_JSON | VALIDATION_INVALID_PARAMETER */
export function readForm(
  form: URLSearchParams,
  { effective, hasRules }: Pick<FormInput, 'effective' | 'hasRules'>,
): Patch {
  const isReset = form.get('reset') === 'tools';
  return {
    toolSearch: oneOf(form, 'toolSearch', ['on', 'off', 'auto']),
    backupHint: oneOf(form, 'backupHint', ['strong', 'normal', 'weak', 'auto']),
    readOnly: onOff(form, 'readOnly'),
    strict: onOff(form, 'strict'),
    disabledTools: isReset ? null : changedList(form.getAll('off'), effective.disabledTools),
    pinnedTools: isReset ? null : changedList(form.getAll('pin'), effective.pinnedTools),
    ...(hasRules
      ? { visibility: readRules(form.get('visibility') ?? ''), askUpTo: oneOf(form, 'askUpTo', EFFECTS) }
      : {}),
  };
}

function oneOf<const T extends string>(form: URLSearchParams, key: string, words: readonly T[]): T | null | undefined {
  const given = form.get(key);
  if (given === null) return undefined;
  return given === 'default' ? null : words.find((word) => word === given);
}

function onOff(form: URLSearchParams, key: string): boolean | null | undefined {
  const word = oneOf(form, key, ['on', 'off']);
  return typeof word === 'string' ? word === 'on' : word;
}

/** Names that are no tool here (yet) have no box in the form and stay as they are. */
function changedList(given: readonly string[], present: readonly string[]): string[] | undefined {
  const unseen = present.filter((name) => !tools.some((tool) => tool.name === name));
  const next = [...new Set([...given, ...unseen])].sort();
  return canonicalJson(next) === canonicalJson([...present].sort()) ? undefined : next;
}

function readRules(text: string): ConnectorSettings['visibility'] | null {
  if (text.trim() === '') return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Fault('VALIDATION_INVALID_JSON', 'The entity rules are not JSON. Nothing was saved.', { cause });
  }
  const parsed = visibilitySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'rules';
  throw new Fault(
    'VALIDATION_INVALID_PARAMETER',
    `Entity rules, ${where}: ${issue?.message ?? 'wrong'}. Nothing was saved.`,
  );
}
