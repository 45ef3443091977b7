import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listBlueprints, readBlueprintBody, saveBlueprint } from '@hub/ha/blueprints.ts';
import { checkConfig } from '@hub/ha/config-check.ts';
import { requestJson } from '@hub/ha/http.ts';
import { waitForEntity } from '@hub/ha/wait-for.ts';
import { sharedRealHome } from '@hub/real-home/describe-real.ts';
import { expect, it } from 'vitest';
import { tool as getAutomation } from '../automations/get.ts';
import { tool as removeAutomation } from '../automations/remove.ts';
import { tool as setAutomation } from '../automations/set.ts';
import { tool as deleteDashboard } from '../dashboards/delete.ts';
import { tool as getDashboard } from '../dashboards/get.ts';
import { applyPatch, patchShape } from '../dashboards/json-patch.ts';
import { tool as setDashboard } from '../dashboards/set.ts';
import { tool as removeHelper } from '../helpers/remove.ts';
import { tool as setHelper } from '../helpers/set.ts';
import { tool as getScene } from '../scenes/get.ts';
import { tool as removeScene } from '../scenes/remove.ts';
import { tool as setScene } from '../scenes/set.ts';
import { tool as getScript } from '../scripts/get.ts';
import { tool as removeScript } from '../scripts/remove.ts';
import { tool as setScript } from '../scripts/set.ts';
import { configShape } from '../shared/config-get.ts';
import { tool as evalTemplate } from '../templates/eval.ts';
import { describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import type { TestToolContext } from '../testing/tool-context.ts';
import { transformConfig } from '../transform/transform-config.ts';
import { type Example, guideExamples } from './testing/examples.ts';

type Proof = (example: Example, context: TestToolContext) => Promise<void>;

const configDir = (await sharedRealHome())?.configDir;
const examples = guideExamples();

/** Taken up by the home, which makes an entity unavailable when it cannot load what it stored. */
async function expectLoaded(entityId: string | null, { home }: TestToolContext): Promise<void> {
  const state = (await home.states()).get(entityId ?? '');
  expect(state?.state, `${entityId} is loaded`).toMatch(/^(on|off|unknown|\d{4}-)/);
}

/** Helpers are refused on entities that are not there, so those an example names are there for a while, as rising meters. */
async function standIns(text: string, { home }: TestToolContext): Promise<AsyncDisposable> {
  const states = await home.states();
  const named = new Set(text.match(/\b(binary_sensor|sensor|switch)\.\w+/g) ?? []);
  const missing = [...named].filter((id) => !states.has(id));
  const attributes = { state_class: 'total_increasing', unit_of_measurement: 'kWh', device_class: 'energy' };
  for (const id of missing) {
    await requestJson(home, { method: 'POST', path: `/api/states/${id}`, body: { state: '1', attributes } });
    await waitForEntity(home, ({ entity_id: one }) => one === id, { deadlineMs: 10_000 });
  }
  return {
    async [Symbol.asyncDispose]() {
      for (const id of missing) await requestJson(home, { method: 'DELETE', path: `/api/states/${id}` });
    },
  };
}

/** What each kind of example goes through in a real home. */
const PROOFS: Readonly<Record<string, Proof>> = {
  async automation({ value }, context) {
    const made = await runTool(setAutomation, { config: value }, context);
    try {
      await expectLoaded(made.entity_id, context);
      expect(made.warnings).toBeUndefined();
      const read = await runTool(getAutomation, { identifier: made.unique_id }, context);
      expect(read.config).toMatchObject(configShape.parse(value));
    } finally {
      await runTool(removeAutomation, { identifier: made.unique_id }, context);
    }
  },
  async script({ value }, context) {
    const made = await runTool(setScript, { script_id: 'guide_example', config: value }, context);
    try {
      await expectLoaded('script.guide_example', context);
      expect(made.warnings).toBeUndefined();
      const read = await runTool(getScript, { script_id: 'guide_example' }, context);
      expect(read.config).toMatchObject({ config: configShape.parse(value) });
    } finally {
      await runTool(removeScript, { script_id: 'guide_example' }, context);
    }
  },
  async scene({ value }, context) {
    const made = await runTool(setScene, { scene_id: 'guide_example', config: value }, context);
    try {
      await expectLoaded(made.entity_id, context);
      const read = await runTool(getScene, { scene_id: 'guide_example' }, context);
      expect(read).toMatchObject({ config: configShape.parse(value) });
    } finally {
      await runTool(removeScene, { scene_id: 'guide_example' }, context);
    }
  },
  async template({ text }, context) {
    const { result } = await runTool(evalTemplate, { template: text, report_errors: true }, context);
    expect(result).toBeDefined();
  },
  async helper({ value, text }, context) {
    await using _sources = await standIns(text, context);
    const {
      entity_id: made,
      entity_ids: several,
      warnings,
    } = (await runTool(setHelper, value, context)) as Record<string, unknown>;
    const [entityId] = [made, several].flat().filter((id) => typeof id === 'string');
    try {
      expect(warnings).toBeUndefined();
      expect([...(await context.home.states()).keys()]).toContain(entityId);
    } finally {
      await runTool(removeHelper, { target: entityId, confirm: true }, context);
    }
  },
  async dashboard({ value }, context) {
    const url_path = 'guide-example';
    const made = await runTool(setDashboard, { url_path, title: 'Guide example', config: value }, context);
    try {
      // The entities of an example are not those of this home.
      for (const warning of [made['warnings'] ?? []].flat())
        expect(warning).toMatch(/^Cards name entities that this home does not have/);
      const read = await runTool(getDashboard, { url_path }, context);
      expect(read).toMatchObject({ config: configShape.parse(value) });
    } finally {
      await runTool(deleteDashboard, { url_path }, context);
    }
  },
  /** Applied to the dashboard above it in the same file, which is proved by itself. */
  async patch({ file, value }) {
    const dashboard = examples.find((one) => one.file === file && one.kind === 'dashboard')?.value;
    expect(applyPatch(dashboard, patchShape.parse(value))).not.toEqual(dashboard);
  },
  /** Applied to the first automation of the guide. */
  async transform({ text }, { signal }) {
    const automation = examples.find((one) => one.kind === 'automation')?.value;
    expect(await transformConfig(automation, text, { signal })).not.toEqual(automation);
  },
  async blueprint({ text }, { home }) {
    const path = 'guide/example.yaml';
    await saveBlueprint(home, {
      domain: 'automation',
      path,
      yaml: text,
      sourceUrl: 'https://example.com/guide.yaml',
      mayOverride: true,
    });
    try {
      const { metadata } = (await listBlueprints(home, 'automation'))[path] ?? {};
      const body = metadata && (await readBlueprintBody(home, 'automation', path, metadata));
      expect(body).toMatchObject({ triggers: expect.anything(), actions: expect.anything() });
    } finally {
      await home.send({ type: 'blueprint/delete', domain: 'automation', path }, { isWrite: true });
    }
  },
  /** As a package of the home's own configuration, which is checked as at a start; templates are loaded besides. */
  async configuration({ text, value }, { home, signal }) {
    const file = join(configDir ?? '', 'packages', 'guide_example.yaml');
    const [domain = ''] = Object.keys(configShape.parse(value));
    const reload = () => home.send({ type: 'call_service', domain, service: 'reload' }, { isWrite: true });
    try {
      await writeFile(file, `${domain}: 1`);
      expect((await checkConfig(home, { signal })).warnings).toContain(domain);
      await writeFile(file, text);
      expect(await checkConfig(home, { signal })).toMatchObject({ result: 'valid', errors: null, warnings: null });
      if (domain !== 'template') return;
      await reload();
      expect(JSON.stringify(await home.send({ type: 'get_states' }))).toContain('sensor.guide_front_door_last_opened');
    } finally {
      await rm(file);
      if (domain === 'template') await reload();
    }
  },
};

it('every example in YAML, JSON, Jinja or Python says what it is', () => {
  expect(examples.filter(({ kind }) => !(kind in PROOFS)).map(({ file, text }) => ({ file, text }))).toEqual([]);
  expect(examples.length).toBeGreaterThan(30);
});

await describeRealHome('the example', (context) => {
  for (const [n, example] of examples.entries())
    it(`${n + 1}, ${example.kind} in ${example.file}`, async () => {
      await PROOFS[example.kind]?.(example, context());
    });
});
