import { randomUUID } from 'node:crypto';
import { Fault } from '@hub/core/fault.ts';
import { renderTemplate, testCondition } from '@hub/ha/template.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { tellsLiveToken } from './live-tokens.ts';

const MAX_TIMEOUT_S = 60;

/** Source: HA `render_template`, a subscription of which the first answer counts. */
export const tool = defineTool({
  name: 'ha_eval_template',
  title: 'Evaluate Template',
  docs: "Renders a Jinja2 template in Home Assistant and returns the text or value, for trying a template before it goes into an automation and for sums over many states: {{ states.light | selectattr('state','eq','on') | list | count }}. Plain states are cheaper with ha_get_state.",
  tags: ['Utilities'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    template: z.string().optional(),
    timeout: z.number().int().default(3).describe('seconds, 60 at most'),
    report_errors: z.boolean().default(true).describe('fail on undefined names and bad arguments'),
    variables: z.record(z.string(), z.unknown()).optional().describe('e.g. {"trigger": {"to_state": {"state": "on"}}}'),
    strict: z.boolean().default(false).describe('names that are not there are errors'),
    condition: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('instead of template: a condition of an automation, to see whether it holds now'),
  }),
  output: z.object({
    ...successShape,
    template: z.string().optional(),
    condition: z.record(z.string(), z.unknown()).optional(),
    result: z.unknown(),
    listeners: z.unknown().optional(),
    request_id: z.string().optional(),
    evaluation_time: z.number().optional(),
  }),
  async run({ template, condition, variables, strict, timeout, report_errors: reportErrors }, { home, signal }) {
    if (condition !== undefined && template === undefined) return check(home, condition, variables, signal);
    if (template === undefined || condition !== undefined) throw oneOfBoth(template);
    const requestId = randomUUID();
    const started = performance.now();
    try {
      const { result, listeners } = await renderTemplate(home, template, {
        timeoutS: Math.min(Math.max(timeout, 1), MAX_TIMEOUT_S),
        reportErrors,
        variables,
        isStrict: strict,
        signal,
      });
      if (await tellsLiveToken(result, () => home.states())) throw tokenWithheld();
      return {
        success: true as const,
        template,
        result,
        listeners,
        request_id: requestId,
        evaluation_time: Math.round(performance.now() - started) / 1_000,
      };
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'SERVICE_CALL_FAILED') throw error;
      throw new Fault('SERVICE_CALL_FAILED', error.message, {
        suggestion:
          'Check names and filters; states that do not exist need a default, e.g. states("sensor.x") | float(0).',
        context: { template, request_id: requestId },
        cause: error,
      });
    }
  },
});

type Fields = Readonly<Record<string, unknown>>;

async function check(home: View, condition: Fields, variables: Fields | undefined, signal: AbortSignal) {
  const { holds, errors } = await testCondition(home, condition, variables, { signal });
  const warnings = errors.length > 0 ? { warnings: [...errors] } : {};
  return { success: true as const, condition: { ...condition }, result: holds, ...warnings };
}

function tokenWithheld(): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', 'The answer was withheld: it spells the access token of a camera.', {
    suggestion: 'Leave the attribute access_token out of the template; ha_get_camera_image shows what a camera sees.',
    context: { parameter: 'template' },
  });
}

function oneOfBoth(template: string | undefined): Fault {
  const given = template === undefined ? 'neither was given' : 'both were given';
  return new Fault('VALIDATION_INVALID_PARAMETER', `Give either template or condition; ${given}.`, {
    suggestion: 'template renders a text, condition tells whether it holds now.',
    context: { parameter: template === undefined ? 'template' : 'condition' },
  });
}
