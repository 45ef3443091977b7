import { expect, it } from 'vitest';
import { findings, templateHelperFindings } from './findings.ts';
import { findGuide } from './guide.ts';
import { guideExamples } from './testing/examples.ts';

const motion = { trigger: 'state', entity_id: 'binary_sensor.hall_motion', to: 'on' };
const condition = (value_template: string) => ({ conditions: [{ condition: 'template', value_template }] });

it.each([
  [
    'a device trigger',
    { triggers: [{ trigger: 'device', device_id: 'a1', type: 'turned_on' }] },
    'triggers[0]: tied to a device_id',
  ],
  [
    'a device action in a branch',
    { actions: [{ if: [], else: [{ device_id: 'a1', type: 'turn_on', domain: 'light' }] }] },
    'actions[0].else[0]: tied',
  ],
  [
    'a device as target',
    { sequence: [{ action: 'light.turn_on', target: { device_id: 'a1' } }] },
    'sequence[0]: targets a device_id',
  ],
  ['a limit as template', condition("{{ states('sensor.x') | float(0) > 20 }}"), 'numeric_state'],
  ['a state as template', condition("{{ is_state('light.x', 'on') }}"), 'what state says'],
  ['the hour as template', condition('{{ now().hour >= 21 }}'), 'what time says'],
  ['a short condition', { conditions: ["{{ is_state('light.x', 'on') }}"] }, 'conditions[0]: this template'],
  [
    'a template trigger',
    { triggers: [{ trigger: 'template', value_template: "{{ states('sensor.x')|float(0) < 3 }}" }] },
    '#when-nothing-else-fits',
  ],
  ['waiting by template', { actions: [{ wait_template: '{{ true }}' }] }, 'wait_for_trigger'],
  ['a long delay', { sequence: [{ delay: { hours: 1 } }] }, 'lost at a restart'],
  ['motion in mode single', { triggers: [motion], actions: [{ delay: '00:02:00' }] }, 'mode: single'],
  ['a bare states object', condition('{{ states.sensor.x.state == "a" and true }}'), "use states('…')"],
  [
    'float without a default',
    { sequence: [{ if: "{{ states('sensor.x') | float + 1 > state_attr('a.b', 'c') | int }}", else: [] }] },
    'give float and int a default',
  ],
])('%s is told', (_title, config, text) => {
  expect(findings(config).join('\n')).toContain(text);
});

it.each([
  ['motion in mode restart', { mode: 'restart', triggers: [motion], actions: [{ delay: '00:02:00' }] }],
  [
    'a template that nothing else says',
    condition("{{ states('sensor.a')|float(0) - 3 == states('sensor.b')|float(0) }}"),
  ],
  [
    'a template as data',
    { sequence: [{ action: 'x.y', data: { message: "{{ is_state('a.b', 'on') }}", device_id: 'z' } }] },
  ],
])('%s is nothing to tell', (_title, config) => {
  expect(findings(config)).toEqual([]);
});

it.each([
  ["{{ states('sensor.a')|float(0) + states('sensor.b')|float(0) }}", ['#several-into-one']],
  ["{{ (states('sensor.a')|float(0) + states('sensor.b')|float(0)) / 2 }}", ['#several-into-one']],
  ["{{ states('sensor.a') | float(0) > 20 }}", ['#limit-with-hysteresis']],
  ['{{ now().hour > 21 }}', ['#a-weekly-plan']],
  ["{{ states('sensor.a') | float * 2 }}", ['#forms-that-hold']],
  ["{{ states('sensor.a')|float(0) - states('sensor.b')|float(0) }}", []],
  [undefined, []],
])('a template helper %j', (state, anchors) => {
  expect(templateHelperFindings(state)).toEqual(anchors.map((anchor) => expect.stringContaining(anchor)));
});

it('every finding leads to a section that is there', () => {
  const all = findings({
    mode: 'single',
    triggers: [motion, { trigger: 'device' }, { trigger: 'template', value_template: '{{ now().hour }}' }],
    conditions: ['{{ now().hour }}'],
    actions: [{ wait_template: '' }, { delay: 4_000 }],
  });
  expect(all).toHaveLength(6);
  const ofHelpers = ['{{ states(1)|int + states(2)|int > 3 and now().hour }}', '{{ states(1)|int > 3 }}'].flatMap(
    templateHelperFindings,
  );
  expect(ofHelpers.length).toBeGreaterThan(3);
  for (const one of [...all, ...ofHelpers]) {
    const [, path = '', anchor] = /\((references\/[\w-]+\.md)(?:#([\w-]+))?\)$/.exec(one) ?? [];
    const headings = [...(findGuide(path)?.text ?? '').matchAll(/^## (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^a-z0-9 ]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(findGuide(path), one).toBeDefined();
    if (anchor) expect(headings, one).toContain(anchor);
  }
});

it("the guide's own examples keep to it", () => {
  for (const { kind, value, file } of guideExamples())
    if (kind === 'automation' || kind === 'script') expect([file, findings(Object(value))]).toEqual([file, []]);
});
