const LAST_WORD =
  /(^|\/)(browse|contexts|details|entries|get|info|list|related|search|source|status|validate)(_[a-z_]+)?$/;
const FIRST_WORD = /^(extract|get|ping|render|search|subscribe|test|validate|explain)(_[a-z_]+|\/[a-z_]+)*$/;
const SUBSCRIPTION = /(^|\/)subscribe(_[a-z_]+)?$/;
const OTHERS =
  /^(history\/history_during_period|recorder\/statistics?_during_period|(automation|script)\/config|lovelace\/(config|resources)|auth\/(current_user|sign_path)|unsubscribe_events)$/;

/** Does this command only look? Anything else counts as a write, whose lost answer is "unknown" and which nobody repeats. */
export function isReadCommand(type: string): boolean {
  return LAST_WORD.test(type) || FIRST_WORD.test(type) || SUBSCRIPTION.test(type) || OTHERS.test(type);
}
