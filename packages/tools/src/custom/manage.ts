import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { successShape } from '../shared/parameters.ts';
import { runProgram } from './sandbox.ts';

const NAME = 'ha_manage_custom_tool';
const MAX_CODE = 50_000;

const input = z.strictObject({
  code: z.string().max(MAX_CODE).optional().describe('Python; the last expression is the result'),
  justification: z.string().max(500).optional().describe('why no single tool does it'),
  save_as: z.string().optional().describe('keep the program under this name once it has run'),
  run_saved: z.string().optional().describe('run a kept program'),
  list_saved: z.boolean().default(false),
});

type Input = z.infer<typeof input>;
type Data = Record<string, unknown>;

/** Python that calls our tools; each call inside passes the gate like any other, with its own effect, limits and audit. */
export const tool = defineTool({
  name: NAME,
  title: 'Custom Tool',
  docs: "Runs a short Python program that calls these tools: `call_tool('ha_get_state', {'entity_id': 'sun.sun'})` or `ha_get_state(entity_id=…)`. For loops over many calls or sums over long answers; not where one tool does it. Each call inside is allowed or refused as if made alone. 30 s, 10 MB, 100 calls; no classes, `del`, files or network. Keep a useful one with save_as.",
  tags: ['System'],
  scope: 'connector',
  effect: { lowest: 'read', max: 'configure', of: effectOf },
  input,
  output: z.object({ ...successShape, data: z.record(z.string(), z.unknown()) }),
  async run(call, context): Promise<{ success: true; data: Data }> {
    const { code, run_saved: saved, save_as: name, justification = '' } = call;
    if ([code, saved, call.list_saved || undefined].filter((one) => one !== undefined).length !== 1) throw oneOf();
    if (name !== undefined && code === undefined)
      throw invalidParameter('save_as', 'goes with `code`.', 'Pass the program again to keep it under another name.');
    if (saved !== undefined) return { success: true, data: await runSaved(context, saved) };
    if (code === undefined) return { success: true, data: await listSaved(context) };
    if (name !== undefined && !/^[a-z][a-z0-9_]{0,63}$/.test(name))
      throw invalidParameter(
        'save_as',
        'not a name.',
        'Use lower-case letters, digits and _, at most 64, a letter first.',
      );
    const data = { result: await run(context, code), justification };
    return {
      success: true,
      data: name === undefined ? data : { ...data, ...(await save(context, { name, justification, code })) },
    };
  },
});

/** A program may control, and what it calls is judged by itself; keeping one changes the connector. */
function effectOf({ code, run_saved: saved, save_as: name }: Input) {
  if (name !== undefined) return 'configure';
  return code === undefined && saved === undefined ? 'read' : 'control';
}

function run({ signal, call, caller }: ToolContext, code: string): Promise<unknown> {
  return runProgram(code, {
    signal,
    owner: caller.connectorId,
    call: (name, args) => {
      if (name === NAME)
        throw invalidParameter('code', 'a program may not run another one.', 'Put both into one program.');
      return call(name, args);
    },
  });
}

async function runSaved(context: ToolContext, name: string): Promise<Data> {
  const code = await context.savedTools.read(name);
  if (code === undefined) {
    const names = (await context.savedTools.list()).map((one) => one.name);
    throw new Fault('RESOURCE_NOT_FOUND', 'There is no saved tool of that name.', {
      suggestion:
        names.length > 0 ? `Saved: ${names.slice(0, 20).join(', ')}.` : 'None is saved yet: pass code with save_as.',
      context: { run_saved: name, saved_tools: names },
    });
  }
  return { result: await run(context, code), saved_tool: name };
}

async function listSaved({ savedTools }: ToolContext): Promise<Data> {
  const tools = await savedTools.list();
  const rows = tools.map(({ name, justification, updatedAt }) => ({
    name,
    justification,
    updated_at: updatedAt.toISOString(),
  }));
  return { saved_tools: rows, count: rows.length };
}

/** The program has run, so that it could not be kept is a warning. */
async function save(
  { savedTools }: ToolContext,
  tool: { name: string; justification: string; code: string },
): Promise<Data> {
  try {
    await savedTools.save(tool);
    return { saved_as: tool.name };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { save_warning: `It ran, but was not saved: ${error.message}` };
  }
}

function oneOf(): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', 'Pass exactly one of `code`, `run_saved` and `list_saved: true`.', {
    suggestion: 'Start with list_saved: true to see what is kept.',
    context: { parameter: 'code' },
  });
}
