/** How a job's error is kept and shown; `code` is a FaultCode. */
export interface JobError {
  readonly code: string;
  readonly message: string;
  readonly suggestions: readonly string[];
}

/** The error of a job that a person ended; says so when the home may still finish what was begun. */
export function cancelledError(openStep: string | undefined): JobError {
  return openStep === undefined
    ? { code: 'CANCELLED', message: 'the job was cancelled', suggestions: [] }
    : {
        code: 'CANCELLED',
        message: `the job was cancelled while "${openStep}" was under way; the home may still finish it`,
        suggestions: ['look at the home before you start this again'],
      };
}

/** The error of a job whose runner was lost too often. */
export function lostError(openStep: string | undefined): JobError {
  const message = 'the process that ran this job ended in the middle, too often to try again';
  return openStep === undefined
    ? { code: 'INTERNAL_ERROR', message, suggestions: ['look at the log of the hub, then start the job again'] }
    : unknownError(openStep, { code: 'INTERNAL_ERROR', message });
}

/** The error of a job that ended while an act of its was open at the home. */
export function unknownError(openStep: string, why: { readonly code: string; readonly message: string }): JobError {
  return {
    code: why.code,
    message: `"${openStep}" was begun at the home, and its outcome could not be learnt: ${why.message}`,
    suggestions: ['look at the home before you start this again'],
  };
}
