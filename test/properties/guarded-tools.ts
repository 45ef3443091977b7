import { Fault } from '@hub/core/fault.ts';
import { defineTool, type Tool } from '@hub/tools/define.ts';
import { z } from 'zod';

/** What a guarded tool met. */
export interface Watched {
  /** Calls that got past the judging of their arguments. */
  runs: number;
  /** Answers that do not fit the tool's own `output`. */
  readonly misfits: string[];
  /** The last thing thrown that is no Fault: a bug, unless the gate knows it. */
  thrown: string | undefined;
}

export interface GuardedTools {
  readonly tools: readonly Tool[];
  watched(name: string): Watched;
}

/** The same tools, which tell what the gate hides behind INTERNAL_ERROR, and whose answers are held to their schema. */
export function guardTools(tools: readonly Tool[]): GuardedTools {
  const seen = new Map(tools.map(({ name }) => [name, unseen()]));
  const watched = (name: string) => seen.get(name) ?? unseen();
  return { tools: tools.map((tool) => guard(tool, watched(tool.name))), watched };
}

function unseen(): Watched {
  return { runs: 0, misfits: [], thrown: undefined };
}

function guard(tool: Tool, watched: Watched): Tool {
  const { effect, targets, items, present } = tool;
  const noted = <A extends readonly unknown[], R>(work: (...args: A) => R) => {
    return (...args: A): R => {
      try {
        return work(...args);
      } catch (error) {
        note(watched, error);
        throw error;
      }
    };
  };
  return defineTool({
    ...tool,
    effect: typeof effect === 'string' ? effect : { ...effect, of: noted((input) => effect.of(input)) },
    ...(targets ? { targets: noted((input) => targets.call(tool, input)) } : {}),
    ...(items ? { items: noted((input) => items.call(tool, input)) } : {}),
    ...(present ? { present: noted((output) => present.call(tool, output)) } : {}),
    async run(input, context) {
      watched.runs++;
      try {
        const answer = await tool.run(input, context);
        const fits = tool.output.safeParse(answer);
        if (!fits.success)
          watched.misfits.push(`${z.prettifyError(fits.error)} in ${JSON.stringify(answer).slice(0, 300)}`);
        return answer;
      } catch (error) {
        note(watched, error);
        throw error;
      }
    },
  });
}

function note(watched: Watched, error: unknown): void {
  if (!(error instanceof Fault)) watched.thrown = error instanceof Error ? error.stack : String(error);
}
