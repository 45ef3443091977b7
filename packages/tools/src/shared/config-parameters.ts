import { z } from 'zod';
import { validationShape } from './config-references.ts';
import { guidanceParameters, previewParameter, successShape } from './parameters.ts';

/** What the three set tools take beside the item's name. */
export const setParameters = {
  config: z.record(z.string(), z.unknown()).optional().describe('the whole configuration; replaces what stands there'),
  python_transform: z
    .string()
    .optional()
    .describe(
      "Python statements that change the dict `config` in place, e.g. config['alias'] = 'New'; needs config_hash",
    ),
  config_hash: z
    .string()
    .optional()
    .describe('from the last read; refuses the write when somebody changed the item since'),
  category: z.string().optional().describe("category id or name; '' takes it away"),
  wait: z.boolean().default(true).describe('wait up to 10 s until the home has taken it up'),
  preview: previewParameter,
  ...guidanceParameters,
};

export interface SetInput {
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  readonly python_transform?: string | undefined;
  readonly config_hash?: string | undefined;
  readonly category?: string | undefined;
  readonly wait: boolean;
}

/** The item and nothing else is written: the category is filed by a second edit. */
export function isItemAlone({ config, python_transform: transform, category }: SetInput): boolean {
  return (config !== undefined || transform !== undefined) && category === undefined;
}

/** What the three set tools answer beside the item's names. */
const setShape = {
  ...successShape,
  result: z.literal('ok'),
  operation: z.enum(['created', 'updated']),
  config_hash: z.string(),
  category: z.string().optional(),
  best_practice_warnings: z.array(z.string()).optional(),
  validation: validationShape.optional(),
  action: z.literal('python_transform').optional(),
  python_expression: z.string().optional(),
  message: z.string().optional(),
};

export const setAnswer = z.strictObject(setShape);

/** The set tools of what a blueprint can stand behind. */
export const takesControl = {
  take_control_of_blueprint: z
    .boolean()
    .default(false)
    .describe('instead of config: gives one built on a blueprint its own triggers and actions'),
};

/** The same where an item may be run as well, then perhaps without a write. */
export const setOrRunShape = {
  ...z.object(setShape).partial().shape,
  ...successShape,
  action: z
    .enum(['python_transform', 'take_control_of_blueprint', 'set_enabled', 'run_actions', 'start', 'stop', 'activate'])
    .optional(),
};

export function isWriting(call: SetInput & { readonly take_control_of_blueprint?: boolean }): boolean {
  return call.config !== undefined || call.python_transform !== undefined || call.take_control_of_blueprint === true;
}
