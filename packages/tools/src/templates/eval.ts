import { randomUUID } from 'node:crypto';
import { Fault } from '@hub/core/fault.ts';
import { renderTemplate } from '@hub/ha/template.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { successShape } from '../shared/parameters.ts';

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
    template: z.string(),
    timeout: z.number().int().default(3).describe('seconds, 60 at most'),
    report_errors: z.boolean().default(true).describe('fail on undefined names and bad arguments'),
  }),
  output: z.object({
    ...successShape,
    template: z.string(),
    result: z.unknown(),
    listeners: z.unknown(),
    request_id: z.string(),
    evaluation_time: z.number(),
  }),
  async run({ template, timeout, report_errors: reportErrors }, { home, signal }) {
    const requestId = randomUUID();
    const started = performance.now();
    try {
      const { result, listeners } = await renderTemplate(home, template, {
        timeoutS: Math.min(Math.max(timeout, 1), MAX_TIMEOUT_S),
        reportErrors,
        signal,
      });
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
