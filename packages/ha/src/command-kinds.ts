/** Commands that only look. Anything else counts as a write, whose lost answer is "unknown" and which nobody repeats. */
const READS =
  /(^|\/)(get|list|info|details|search|related|status|validate|entries|contexts|source)(_[a-z_]+)?$|^(get|subscribe|render|validate|extract|explain|search|ping|test)(_[a-z_]+|\/[a-z_]+)*$|subscribe|^(history|recorder)\/[a-z_]+_(during_period|ids|metadata)$|^(automation|script)\/config$|^lovelace\/(config|resources|info)$|^logbook\/get_events$|^auth\/(current_user|sign_path)$|^frontend\/get_translations$/;

export function isReadCommand(type: string): boolean {
  return READS.test(type);
}
