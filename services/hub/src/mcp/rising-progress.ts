export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/**
 * The protocol wants each value to be larger than the one before, and what a job does in parts (a backup, its way into the store,
 * the update) begins anew with each: it goes on from where the part before ended. Undefined for what says nothing new.
 */
export function risingProgress(): (
  done: number,
  total: number | undefined,
  message: string | undefined,
) => Progress | undefined {
  let told = Number.NEGATIVE_INFINITY;
  let before = 0;
  let last: { readonly done: number; readonly message: string | undefined } | undefined;
  return (done, total, message) => {
    if (last && done < last.done && message !== last.message) before = told + 1;
    last = { done, message };
    const progress = before + done;
    if (progress <= told) return undefined;
    told = progress;
    return {
      progress,
      ...(total === undefined ? {} : { total: before + total }),
      ...(message === undefined ? {} : { message }),
    };
  };
}
